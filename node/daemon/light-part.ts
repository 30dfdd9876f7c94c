import type { ChainContext, Genesis } from '../../ledger/index.ts'
import { systemAlarms, systemClock } from '../clock.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import { Checkpoint, LightLedger, lightValues, networkPeers } from '../light/index.ts'
import type { Network } from '../network/index.ts'
import { remoteCourier } from '../replica/index.ts'
import type { Store } from '../store/index.ts'
import type { LedgerSeat } from './ledger-part.ts'

export interface LightPartOptions {
  readonly context: ChainContext
  readonly genesis: Genesis
  readonly network: Network
  readonly store: Store
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** The ledger of a node that replays nothing, which is followed from now on; it sits nowhere and serves nobody. */
export async function openLightLedger(
  options: LightPartOptions
): Promise<{ readonly ledger: LedgerAccess; readonly seat: LedgerSeat }> {
  const { network, store } = options
  const ledger = await LightLedger.open({
    ...options,
    peers: networkPeers(network),
    checkpoint: new Checkpoint(store.records('light', lightValues)),
    clock: systemClock,
    alarms: systemAlarms
  })
  ledger.follow()
  const courier = remoteCourier(network, () => ledger.coordinators())
  const seat: LedgerSeat = {
    deliver: (batch, signal) => courier.deliver(batch, signal),
    behind: () => ledger.behind(),
    caughtUp: signal => ledger.until(() => true, signal),
    // Only who takes part in the agreement sees what its members sign.
    onEvidence: () => () => undefined,
    stop: () => ledger.stop()
  }
  return { ledger, seat }
}
