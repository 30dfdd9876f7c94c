import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type CertifiedHeader,
  SNAPSHOT_BEHIND_BLOCKS,
  type SnapshotOffer,
  SYNC_FAULTS,
  SYNC_PEERS_MAX,
  startSync,
  stepSync,
  tipOf
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { certify, headerOf, testSet } from '../../support/header-chain.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import {
  EPOCHS,
  honestPeer,
  lyingPeer,
  type Peer,
  SNAPSHOT_HEIGHT,
  snapshotWorld
} from '../../support/snapshots.ts'
import { type Played, play, SyncDisk } from './play.ts'

const world = snapshotWorld(4_000)
const honest = honestPeer(world)
const root = world.state.root()

function whole(played: Played, what = ''): void {
  assert.ok(played.snapshot !== null, `${what}: ${played.gaveUp} ${JSON.stringify(played.dropped)}`)
  assert.equal(played.snapshot.certified.header.stateRoot, root, what)
  assert.equal(played.disk.root(played.snapshot), root, what)
}

/** What a peer says of its snapshots, changed. */
function offering(
  change: (said: { head: CertifiedHeader; offers: readonly SnapshotOffer[] }) => {
    head?: CertifiedHeader
    offers?: readonly SnapshotOffer[]
  }
): Peer {
  return question => {
    const answer = honest(question)
    if (answer?.kind !== 'snapshots') return answer
    return { ...answer, ...change(answer) }
  }
}

test('a newcomer follows the hand-overs, takes the state in chunks from all peers, and has it whole', () => {
  const played = play({ world, peers: { a: honest, b: honest, c: honest } })
  whole(played)
  assert.equal(played.handOvers, EPOCHS)
  assert.deepEqual(played.dropped, {})
  for (const peer of ['a', 'b', 'c']) assert.ok((played.chunks[peer] ?? 0) > 10, peer)
})

test('peers that show hand-overs page by page, all asked at once, are all of use', () => {
  const paged: Peer = question => {
    const answer = honest(question)
    return answer?.kind === 'epochs'
      ? { ...answer, handOvers: answer.handOvers.slice(0, 1) }
      : answer
  }
  const played = play({ world, peers: { a: paged, b: paged, c: paged } })
  whole(played)
  assert.deepEqual(played.dropped, {})
  for (const peer of ['a', 'b', 'c']) assert.ok((played.chunks[peer] ?? 0) > 10, peer)
})

test('a peer that shows hand-overs of before what was asked for is dropped', () => {
  const old: Peer = question =>
    question.kind === 'epochs' ? { kind: 'epochs', handOvers: world.handOvers } : honest(question)
  const played = play({ world, peers: { a: old, b: honest, c: honest } })
  whole(played)
  assert.deepEqual(played.dropped, { a: 'SYNC_UNASKED' })
})

test('a peer whose epoch ended between two questions is asked again', () => {
  let isEarly = true
  const hasty: Peer = question => {
    if (question.kind !== 'epochs' || !isEarly) return honest(question)
    isEarly = question.fromEpoch < EPOCHS - 1
    return { kind: 'epochs', handOvers: world.handOvers.slice(question.fromEpoch, EPOCHS - 1) }
  }
  const played = play({ world, peers: { a: hasty } })
  whole(played)
  assert.deepEqual(played.dropped, {})
})

test('what a snapshot leads to is what replaying the blocks leads to', () => {
  const { blocks, tip } = sampleChain(sampleBatches())
  const last = blocks.at(-1)
  assert.ok(last !== undefined)
  const before = sampleChain(sampleBatches().slice(0, -1)).tip
  const { block, certificate, descent } = last
  const certified = { header: block.header, certificate, descent }
  assert.deepEqual(tipOf({ certified, log: before.log.full }, tip.state, testCrypto), tip)
})

test('whoever alters a chunk, leaves an entry out, or says nothing is dropped, and others are asked', () => {
  const lies: Readonly<Record<string, Peer>> = {
    PROOF_WRONG_ROOT: lyingPeer(world, chunk => {
      const proof = Uint8Array.from(chunk.proof)
      // A byte of a hash or a value: the last of all.
      proof[proof.length - 1] = (proof[proof.length - 1] ?? 0) ^ 1
      return { ...chunk, proof }
    }),
    PROOF_MALFORMED: lyingPeer(world, chunk => ({ ...chunk, proof: chunk.proof.subarray(1) })),
    PROOF_INCOMPLETE: lyingPeer(world, (chunk, { range }) => {
      const other = honest({ kind: 'chunk', root, range: { from: `${range.from}1`, to: range.to } })
      return other?.kind === 'chunk' ? { ...chunk, proof: other.proof } : null
    }),
    SYNC_CHUNK_ASTRAY: lyingPeer(world, (chunk, { range }) => ({ ...chunk, next: range.from })),
    SYNC_CHUNK_SHORT: lyingPeer(world, (_, { range }) => {
      const next = `${range.from}1`
      const short = honest({ kind: 'chunk', root, range: { from: range.from, to: next } })
      return short?.kind === 'chunk' ? { ...short, next } : null
    }),
    SYNC_UNASKED: lyingPeer(world, () => ({ kind: 'epochs', handOvers: [] })),
    SYNC_UNANSWERED: lyingPeer(world, () => null)
  }
  for (const [code, liar] of Object.entries(lies)) {
    const played = play({ world, peers: { liar, honest } })
    whole(played, code)
    assert.deepEqual(played.dropped, { liar: code })
    // The first range begins before all keys: what is left out there may be nothing.
    assert.ok((played.chunks.liar ?? 0) <= 2, code)
  }
})

test('with liars only, nothing is taken and it is given up', () => {
  const liar = lyingPeer(world, chunk => ({ ...chunk, proof: chunk.proof.subarray(1) }))
  const played = play({ world, peers: { a: liar, b: liar } })
  assert.equal(played.gaveUp, 'nobody')
  assert.equal(played.disk.entries.size, 0)
  assert.deepEqual(played.dropped, { a: 'PROOF_MALFORMED', b: 'PROOF_MALFORMED' })
})

test('a chunk without end: each answer may be true, and one that is not half full is the last of its peer', () => {
  const [account] = [...world.state.accounts()]
  const trickle = lyingPeer(world, (chunk, { range }) => {
    const next = `account/${account?.id}`
    return range.from < next ? { ...chunk, next } : chunk
  })
  const played = play({ world, peers: { trickle } })
  assert.equal(played.gaveUp, 'nobody')
})

test('offers that do not hold are refused by what is wrong with them', () => {
  const [first] = [world.offer]
  const { header } = first.certified
  const present = testSet(EPOCHS)
  const late = certify(
    headerOf(present, SNAPSHOT_HEIGHT + 10, { timeMs: world.nowMs - 40_000 }),
    present.signers
  )
  const forged = certify(header, testSet(EPOCHS + 1).signers)
  const cases: Readonly<Record<string, Peer>> = {
    SYNC_WRONG_LOG: offering(() => ({ offers: [{ ...first, log: first.log.toReversed() }] })),
    SYNC_WRONG_SPLITS: offering(() => ({
      offers: [{ ...first, splits: first.splits.toReversed() }]
    })),
    LIGHT_STALE: offering(() => ({ head: late })),
    CERTIFICATE_STRANGER: offering(() => ({ offers: [{ ...first, certified: forged }] })),
    CERTIFICATE_ASTRAY: offering(() => ({
      offers: [
        {
          ...first,
          certified: { ...first.certified, header: { ...header, stateRoot: sample.someHash } }
        }
      ]
    }))
  }
  for (const [code, liar] of Object.entries(cases)) {
    const played = play({ world, peers: { liar, honest } })
    whole(played, code)
    assert.deepEqual(played.dropped, { liar: code })
  }
  const short = offering(() => ({ offers: [{ ...first, log: first.log.slice(1) }] }))
  assert.deepEqual(play({ world, peers: { short } }).dropped, { short: 'SYNC_WRONG_LOG' })
})

test('a chain that another set certified from the genesis on leads nowhere', () => {
  const strange: Peer = question => {
    if (question.kind !== 'epochs') return honest(question)
    const set = testSet(9)
    return {
      kind: 'epochs',
      handOvers: [
        certify(headerOf({ ...testSet(0), epoch: 0 }, 100, { nextSet: set.members }), set.signers)
      ]
    }
  }
  const played = play({ world, peers: { strange } })
  assert.deepEqual(played.dropped, { strange: 'CERTIFICATE_STRANGER' })
  assert.equal(played.gaveUp, 'nobody')
  assert.equal(played.handOvers, 0)
})

test('splits are only advice: with none, and with useless ones, the whole state comes', () => {
  for (const splits of [[], ['b', 'c', 'zz'], world.offer.splits.slice(0, 3)]) {
    const peer = offering(() => ({ offers: [{ ...world.offer, splits }] }))
    whole(play({ world, peers: { peer } }), splits.join())
  }
})

test('of two snapshots the one is taken that more peers have, of equals the newer', () => {
  const older = snapshotWorld(50, { height: SNAPSHOT_HEIGHT - 256, seed: 1 })
  const both = honestPeer(world, older)
  const one = honestPeer({ ...older, head: world.head })
  const more = play({ world, peers: { both, one } })
  assert.equal(more.snapshot?.certified.header.height, SNAPSHOT_HEIGHT - 256)
  whole(play({ world, peers: { both } }))
})

test('when nobody has the snapshot any more what they have now is fetched from its beginning', () => {
  const older = snapshotWorld(3_000, { height: SNAPSHOT_HEIGHT - 256, seed: 1 })
  let served = 0
  const moving: Peer = question => {
    if (question.kind === 'chunk') served += 1
    return honestPeer(served < 5 ? { ...older, head: world.head } : world)(question)
  }
  const played = play({ world, peers: { a: moving, b: moving } })
  whole(played)
  assert.deepEqual(played.dropped, {})
})

test('a peer that always offers what it does not give is dropped in the end', () => {
  const empty: Peer = question =>
    question.kind === 'chunk' ? { kind: 'unknown' } : honest(question)
  const played = play({ world, peers: { empty } })
  assert.deepEqual(played.dropped, { empty: 'SYNC_OFFER_BROKEN' })
  assert.equal(played.gaveUp, 'nobody')
})

test('a snapshot that is no further ahead than blocks are replayed is not fetched', () => {
  const near = SNAPSHOT_HEIGHT + 10 - SNAPSHOT_BEHIND_BLOCKS
  assert.equal(play({ world, peers: { honest }, heldHeight: near }).gaveUp, 'near')
  assert.equal(play({ world, peers: { honest }, heldHeight: near - 1 }).gaveUp, 'nobody')
  whole(play({ world, peers: { honest }, heldHeight: near - 11 }))
})

test('a node with no peers, or with peers that have no snapshot yet, gives up at once', () => {
  assert.equal(play({ world, peers: {} }).gaveUp, 'nobody')
  const fresh = offering(() => ({ offers: [] }))
  assert.equal(play({ world, peers: { fresh } }).gaveUp, 'nobody')
})

const SEED = 1_130

test(`whatever the order of answers, with one liar of five, the state is the same (seeds ${SEED} to ${SEED + 19})`, () => {
  const small = snapshotWorld(600)
  const peer = honestPeer(small)
  for (let seed = SEED; seed < SEED + 20; seed++) {
    const random = seededRandom(seed)
    const liar = lyingPeer(small, chunk => {
      const proof = Uint8Array.from(chunk.proof)
      const at = random.integer(proof.length)
      proof[at] = (proof[at] ?? 0) ^ (1 << random.integer(8))
      return { ...chunk, proof }
    })
    const played = play({
      world: small,
      peers: { a: peer, b: peer, c: peer, d: liar, e: peer },
      random
    })
    assert.ok(played.snapshot !== null, `seed ${seed}`)
    assert.equal(played.disk.root(played.snapshot), small.state.root(), `seed ${seed}`)
    assert.deepEqual(Object.keys(played.dropped), ['d'], `seed ${seed}`)
  }
})

test('a crash before any effect is gone on from, and nothing is fetched twice that was stored', () => {
  const small = snapshotWorld(400)
  const peers = { a: honestPeer(small), b: honestPeer(small) }
  const total = play({ world: small, peers })
  const needed = sum(total.chunks)
  for (let crashBefore = 0; crashBefore < total.effects; crashBefore++) {
    const first = play({ world: small, peers, crashBefore })
    assert.ok(first.crashed)
    const left = first.disk.progress?.ranges.length ?? needed
    const second = play({ world: small, peers, disk: first.disk })
    assert.ok(second.snapshot !== null, `before effect ${crashBefore}`)
    assert.equal(second.disk.root(second.snapshot), small.state.root())
    assert.ok(sum(second.chunks) <= left, `${sum(second.chunks)} chunks, ${left} were left`)
  }
})

test('what was stored of a snapshot that nobody has any more is forgotten before another is begun', () => {
  const older = snapshotWorld(3_000, { height: SNAPSHOT_HEIGHT - 256, seed: 1 })
  const disk = new SyncDisk()
  const before = honestPeer({ ...older, head: world.head })
  assert.ok(play({ world, peers: { before }, disk, crashBefore: 40 }).crashed)
  assert.ok(disk.entries.size > 0)
  whole(play({ world, peers: { honest }, disk }))
})

test('progress below what the node has by now is not gone on with', () => {
  const disk = new SyncDisk()
  assert.ok(play({ world, peers: { honest }, disk, crashBefore: 40 }).crashed)
  const state = startSync(world.light, SNAPSHOT_HEIGHT, disk.progress)
  assert.equal(state.target, null)
})

test('no more peers are asked at once than the limit, and the place of one that is dropped is taken', () => {
  const names = Array.from({ length: SYNC_PEERS_MAX + 4 }, (_, at) => `peer ${at}`)
  const begun = stepSync(
    startSync(world.light, 0),
    { type: 'peers', peers: names },
    testCrypto,
    world.nowMs
  )
  const asked = begun.effects.filter(({ type }) => type === 'ask')
  assert.equal(asked.length, SYNC_PEERS_MAX)
  const gone = stepSync(
    begun.state,
    { type: 'unanswered', from: 'peer 0', why: 'gone' },
    testCrypto,
    world.nowMs
  )
  const again = stepSync(gone.state, { type: 'peers', peers: names }, testCrypto, world.nowMs)
  assert.deepEqual(
    again.effects.map(effect => effect.type === 'ask' && effect.to),
    [`peer ${SYNC_PEERS_MAX}`]
  )
})

test('the faults are those that the page lists', () => {
  const page = readFileSync('ledger/sync/SPEC.md', 'utf8')
  assert.ok(page.includes(`\`${SYNC_FAULTS.join(' ')}\``))
})

function sum(chunks: Readonly<Record<string, number>>): number {
  return Object.values(chunks).reduce((total, each) => total + each, 0)
}
