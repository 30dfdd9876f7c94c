/** A ledger of which only the end matters: a state of some chunks under a header that four coordinators certified. */
import {
  type CertifiedHeader,
  cutChunk,
  EMPTY_RANGE,
  extendRange,
  initialState,
  type LedgerState,
  type Light,
  leafHash,
  lightFrom,
  rangeRoot,
  type SnapshotOffer,
  type SyncAnswer,
  type SyncQuestion,
  splitsOf,
  toHex
} from '../../ledger/index.ts'
import { testCrypto } from './ed25519.ts'
import { certify, epochsGenesis, handOver, headerOf, testSet } from './header-chain.ts'
import * as sample from './ledger-samples.ts'

/** So many epochs have ended; the snapshot is of the one after them. */
export const EPOCHS = 3
export const SNAPSHOT_HEIGHT = 5_000
const present = testSet(EPOCHS)

export interface SnapshotWorld {
  /** What a newcomer begins with. */
  readonly light: Light
  readonly handOvers: readonly CertifiedHeader[]
  readonly head: CertifiedHeader
  readonly nowMs: number
  readonly state: LedgerState
  readonly offer: SnapshotOffer
}

/** `seed` names another state; `height` is that of the snapshot, which the head is 10 above. */
export function snapshotWorld(
  accounts: number,
  { height = SNAPSHOT_HEIGHT, seed = 0 }: { readonly height?: number; readonly seed?: number } = {}
): SnapshotWorld {
  const state = stateOf(accounts, height, seed)
  let log = EMPTY_RANGE
  for (let at = 1; at < height; at++) {
    log = extendRange(log, leafHash(testCrypto, Uint8Array.of(at >> 8, at & 255)), testCrypto)
  }
  const logRoot = rangeRoot(log, testCrypto)
  const header = headerOf(present, height, { stateRoot: state.root(), logRoot })
  const head = certify(headerOf(present, height + 10), present.signers)
  return {
    light: lightFrom(epochsGenesis, testCrypto),
    handOvers: Array.from({ length: EPOCHS }, (_, epoch) =>
      handOver(testSet(epoch), 100 * (epoch + 1))
    ),
    head,
    nowMs: head.header.timeMs + 1_000,
    state,
    offer: {
      certified: certify(header, present.signers),
      log: log.full,
      splits: splitsOf(state)
    }
  }
}

function stateOf(accounts: number, height: number, seed: number): LedgerState {
  const timeMs = sample.genesis.timeMs + height * 1_000
  const draft = initialState(epochsGenesis, testCrypto).draft(height, timeMs)
  draft.issue(1n)
  for (let at = 0; at < accounts; at++) {
    const key = toHex(testCrypto.sha256(Uint8Array.of(seed, at >> 8, at & 255)))
    draft.putAccount({ ...sample.account, id: key.slice(0, 32), key, name: `account-${at}` })
  }
  return draft.commit()
}

/** What a peer says that has one snapshot; null: nothing at all. */
export type Peer = (question: SyncQuestion) => SyncAnswer | null

export function honestPeer(...worlds: readonly SnapshotWorld[]): Peer {
  const [newest] = worlds
  if (newest === undefined) throw new Error('a peer has a ledger')
  return question => {
    switch (question.kind) {
      case 'epochs':
        return { kind: 'epochs', handOvers: newest.handOvers.slice(question.fromEpoch) }
      case 'snapshots':
        return { kind: 'snapshots', head: newest.head, offers: worlds.map(({ offer }) => offer) }
      case 'chunk': {
        const world = worlds.find(({ state }) => state.root() === question.root)
        if (world === undefined) return { kind: 'unknown' }
        return { kind: 'chunk', ...cutChunk(world.state, question.range) }
      }
    }
  }
}

/** Honest but for what it says of chunks. */
export function lyingPeer(
  world: SnapshotWorld,
  lie: (
    chunk: Extract<SyncAnswer, { kind: 'chunk' }>,
    question: Extract<SyncQuestion, { kind: 'chunk' }>
  ) => SyncAnswer | null
): Peer {
  const honest = honestPeer(world)
  return question => {
    const answer = honest(question)
    if (question.kind !== 'chunk' || answer?.kind !== 'chunk') return answer
    return lie(answer, question)
  }
}
