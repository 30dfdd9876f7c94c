import type { CertifiedBlock, CertifiedHeader, Hash, PublicKey } from '../../ledger/index.ts'
import {
  askEpochs,
  askOutcome,
  askRead,
  follow,
  type LedgerRefusal,
  type OutcomeReply,
  type ReadReply,
  type ReadRequest
} from '../../protocols/ledger/index.ts'
import type { Network } from '../network/index.ts'

/** Other nodes, as a light node asks them. All that comes back is a claim; what they throw means that they are silent. */
export interface LightPeers {
  /** Those who may be asked, in groups: the next is for when nobody of the one before serves. */
  candidates(coordinators: readonly PublicKey[]): Promise<readonly (readonly PublicKey[])[]>
  read(
    key: PublicKey,
    request: ReadRequest,
    signal: AbortSignal
  ): Promise<ReadReply | LedgerRefusal>
  /** The hand-overs from that of an epoch on. */
  epochs(key: PublicKey, from: number, signal: AbortSignal): Promise<readonly CertifiedHeader[]>
  outcome(
    key: PublicKey,
    transaction: Hash,
    signal: AbortSignal
  ): Promise<OutcomeReply | LedgerRefusal>
  follow(key: PublicKey, from: number, signal: AbortSignal): AsyncIterable<CertifiedBlock>
}

/** A peer that has the next block at all sends it at once. */
const BLOCK_MS = 10_000

export function networkPeers(network: Network): LightPeers {
  const open = (key: PublicKey, signal: AbortSignal) => network.open('ledger', key, { signal })
  return {
    async candidates(coordinators) {
      const serving = await network.serving('ledger')
      const members = spread(coordinators, network.key)
      const near = members.filter(key => network.isConnected(key))
      const others = serving.filter(key => !members.includes(key))
      const far = members.filter(key => !near.includes(key))
      return [near, others, far]
    },
    async read(key, request, signal) {
      return askRead(await open(key, signal), request, { signal })
    },
    async epochs(key, from, signal) {
      const reply = await askEpochs(await open(key, signal), from, { signal })
      if (reply.kind === 'refused') throw new Error(`${reply.code}: ${reply.message}`)
      return reply.handOvers
    },
    async outcome(key, transaction, signal) {
      return askOutcome(await open(key, signal), transaction, { signal })
    },
    async *follow(key, from, signal) {
      const stream = await open(key, signal)
      for await (const said of follow(stream, from, { signal, idleMs: BLOCK_MS })) {
        if (said.kind === 'refused') throw new Error(`${said.code}: ${said.message}`)
        if (said.kind === 'block') yield said.block
      }
    }
  }
}

/** Each node begins with another coordinator, or all light nodes would ask the first one. */
function spread(coordinators: readonly PublicKey[], own: PublicKey): readonly PublicKey[] {
  const first = Number.parseInt(own.slice(0, 8), 16) % Math.max(1, coordinators.length)
  return [...coordinators.slice(first), ...coordinators.slice(0, first)]
}
