import type { Order, StateReader } from '../../ledger/index.ts'

export interface FollowedLedger {
  state(): StateReader
  until(condition: (state: StateReader) => boolean, signal: AbortSignal): Promise<void>
}

/**
 * Whether the ledger here has not come as far as the owner's who signed the order. A light owner reads from a coordinator
 * and may see a block before the host that follows one; so the host waits for it as long as `signal` lets it.
 */
export async function isBehindOrder(
  ledger: FollowedLedger,
  { machine, version }: Pick<Order, 'machine' | 'version'>,
  signal: AbortSignal
): Promise<boolean> {
  const isThere = (state: StateReader): boolean =>
    (state.machine(machine)?.version ?? -1) >= version
  if (isThere(ledger.state())) return false
  await ledger.until(isThere, signal).catch(() => undefined)
  return !isThere(ledger.state())
}
