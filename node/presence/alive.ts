/**
 * When a host tells the ledger that it is there:
 *
 *   heard in this period --the next one, at the host's own moment--> due --on the ledger--> heard
 *   not heard in the last period ----------------------------------> due at once
 *
 * Judged by the ledger's own uptime and not by this machine's clock, so that a record is sent only when it is
 * admitted. Three whole periods have to be missed before a host is silent: half of one is no risk.
 */
import { type HostRecord, type StateReader, type Uuid, uptimeOf } from '../../ledger/index.ts'

export function isAliveTime(state: StateReader, { uuid, liveness }: HostRecord): boolean {
  const { alivePeriodMs } = state.genesis.parameters
  const uptimeMs = uptimeOf(state)
  const missed = Math.floor(uptimeMs / alivePeriodMs) - Math.floor(liveness.heardMs / alivePeriodMs)
  if (missed !== 1) return missed > 1
  return uptimeMs % alivePeriodMs >= ownMomentMs(uuid, alivePeriodMs)
}

/**
 * In the first half of the period, each host at another time: 100,000 records at the first block of each period
 * would fill a hundred blocks. A UUID begins with bits of a hash, which are as good as random.
 */
function ownMomentMs(uuid: Uuid, alivePeriodMs: number): number {
  const fraction = Number.parseInt(uuid.slice(0, 8), 16) / 2 ** 32
  return Math.floor((fraction * alivePeriodMs) / 2)
}
