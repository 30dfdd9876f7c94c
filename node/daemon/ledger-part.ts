import { type ChainContext, chainContext, type Genesis, soloAgreement } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import { nodeCrypto } from '../crypto/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Network } from '../network/index.ts'
import {
  type Courier,
  createVerifiedSignatures,
  type Follower,
  Replica,
  remoteCourier,
  startCoordinator,
  startFollower
} from '../replica/index.ts'
import type { Store } from '../store/index.ts'

/** This node's place in the ledger: it keeps it as a coordinator, or follows those who do. */
export interface LedgerSeat {
  readonly courier: Courier
  /** Behind what a peer has said it holds; a coordinator is never behind itself. */
  behind(): boolean
  caughtUp(signal: AbortSignal): Promise<void>
  stop(): void
}

export interface LedgerOptions {
  readonly genesis: Genesis
  readonly identity: Identity
  readonly store: Store
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
  readonly fatal: (error: unknown) => void
}

export interface LedgerPart {
  readonly replica: Replica
  readonly context: ChainContext
  /** Called when the network is up. */
  sit(network: Network): LedgerSeat
}

export async function openLedger(options: LedgerOptions): Promise<LedgerPart> {
  const verified = createVerifiedSignatures()
  const context = chainContext(options.genesis, nodeCrypto, hash => verified.has(hash))
  const tip = await options.store.chain.load(options.genesis, nodeCrypto)
  const replica = new Replica(context, options.store.chain, tip)
  const members = options.genesis.coordinators.map(member => member.key)
  const signer = options.identity.node

  function coordinate(): LedgerSeat {
    const coordinator = startCoordinator({
      agreement: soloAgreement({ signer, context }),
      replica,
      clock: options.clock,
      verified,
      fatal: options.fatal
    })
    return {
      courier: coordinator,
      behind: () => false,
      caughtUp: () => Promise.resolve(),
      stop: () => coordinator.stop()
    }
  }

  function followThem(network: Network): LedgerSeat {
    const follower: Follower = startFollower({
      network,
      replica,
      coordinators: members,
      log: options.log
    })
    return {
      courier: remoteCourier(network, members),
      behind: () => follower.knownHeight() > replica.state().height,
      caughtUp: signal => follower.caughtUp(signal),
      stop: () => follower.stop()
    }
  }

  return {
    replica,
    context,
    sit: network => (members.includes(signer.publicKey) ? coordinate() : followThem(network))
  }
}
