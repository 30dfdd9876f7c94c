import {
  type ChainContext,
  chainContext,
  type Genesis,
  simplexAgreement,
  soloAgreement
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import { nodeCrypto } from '../crypto/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Network } from '../network/index.ts'
import {
  type Colleagues,
  type Courier,
  createFaultCounter,
  createVerifiedSignatures,
  type Follower,
  openLinks,
  openVoteLog,
  Replica,
  refuseLinks,
  remoteCourier,
  startCoordinator,
  startFollower,
  type VoteLog
} from '../replica/index.ts'
import type { Store } from '../store/index.ts'

/** This node's place in the ledger: it keeps it as a coordinator, or follows those who do. */
export interface LedgerSeat {
  readonly courier: Courier
  /** Behind what a peer has said it holds; a coordinator is never behind itself. */
  behind(): boolean
  caughtUp(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export interface LedgerOptions {
  readonly genesis: Genesis
  readonly identity: Identity
  readonly store: Store
  /** File of this coordinator's votes; made where the set is one of many. */
  readonly votes: string
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
  const tip = await options.store.chain.load(options.genesis, nodeCrypto)
  const replica = new Replica(context, options.store.chain, tip)
  const members = options.genesis.coordinators.map(member => member.key)
  const signer = options.identity.node

  async function coordinate(network: Network): Promise<LedgerSeat> {
    const votes = members.length === 1 ? undefined : await openVoteLog(options.votes)
    if (votes?.kind === 'corrupt') {
      const message = `this coordinator does not vote any more, it only follows the others: ${votes.message}`
      options.log(message)
      await refuseLinks(network, message)
      return followThem(network)
    }
    const shared = { replica, clock: options.clock, verified, fatal: options.fatal }
    const coordinator = await (votes === undefined
      ? startCoordinator({ ...shared, agreement: soloAgreement({ signer, context }) })
      : startCoordinator({
          ...shared,
          agreement: simplexAgreement({
            signer,
            context,
            remember: verified.remember
          }),
          colleagues: colleaguesOf(votes.log, network)
        }))
    return {
      courier: coordinator,
      behind: () => false,
      caughtUp: () => Promise.resolve(),
      async stop() {
        coordinator.stop()
        await votes?.log.close()
      }
    }
  }

  function colleaguesOf(votes: VoteLog, network: Network): Colleagues {
    const faults = createFaultCounter(options.clock)
    return {
      votes,
      link: take => openLinks({ network, members, take, isShut: faults.isShut, log: options.log }),
      onEvidence({ first, second }) {
        const { signer: key } = first.vote
        const { kind, view } = first.subject
        const message = `a coordinator contradicted itself: ${kind} and ${second.subject.kind}`
        options.log(message, { key, view: `${view}` })
      },
      onRefused(from, { code, message }) {
        const { total, shuts } = faults.count(from, code)
        if (shuts) options.log('a coordinator is shut out for a minute', { key: from })
        // A liar may send thousands: each power of two is told.
        if ((total & (total - 1)) !== 0) return
        options.log(`a coordinator's message was refused: ${message}`, {
          key: from,
          code,
          count: `${total}`
        })
      }
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
      stop: () => Promise.resolve(follower.stop())
    }
  }

  return {
    replica,
    context,
    sit: async network =>
      members.includes(signer.publicKey) ? coordinate(network) : followThem(network)
  }
}
