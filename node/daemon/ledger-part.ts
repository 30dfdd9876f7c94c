import { type ChainContext, chainContext, type Genesis } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { NodeConfig } from '../config/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Network } from '../network/index.ts'
import { createVerifiedSignatures, Replica } from '../replica/index.ts'
import type { Store } from '../store/index.ts'
import { Seating } from './seating.ts'

/** This node's place in the ledger: it keeps it as a coordinator, or follows those who do. */
export type LedgerSeat = Pick<Seating, 'deliver' | 'behind' | 'caughtUp' | 'onEvidence' | 'stop'>

export interface LedgerOptions {
  readonly genesis: Genesis
  readonly identity: Identity
  readonly store: Store
  /** File of this coordinator's votes; made where it sits among others. */
  readonly votes: string
  readonly sync: NodeConfig['sync']
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
  readonly fatal: (error: unknown) => void
}

export interface LedgerPart {
  readonly replica: Replica
  readonly context: ChainContext
  /** Called when the network is up. */
  sit(network: Network): Promise<LedgerSeat>
}

export async function openLedger(options: LedgerOptions): Promise<LedgerPart> {
  const verified = createVerifiedSignatures()
  const context = chainContext(options.genesis, nodeCrypto, verified.has)
  const { chain } = options.store
  const tip = await chain.load(options.genesis, nodeCrypto)
  const replica = new Replica(context, chain, tip, await chain.baseHeight())
  const keeper = chain.snapshots
  const signer = options.identity.node
  return {
    replica,
    context,
    async sit(network) {
      const seating = new Seating({ ...options, network, replica, keeper, verified, signer })
      await seating.sit()
      return seating
    }
  }
}
