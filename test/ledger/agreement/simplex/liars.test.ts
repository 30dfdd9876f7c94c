import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALL_RULES,
  type Block,
  buildBlock,
  chainContext,
  encodeMessage,
  genesisTip,
  hashHeader,
  type ProposeMessage,
  type SafetyRules,
  type SignedVote,
  setHashOf,
  signVote
} from '../../../../ledger/index.ts'
import { testCrypto } from '../../../support/ed25519.ts'
import { Cluster, VIEW_MS } from './cluster.ts'

/** Leads view 1 and lies. */
const LIAR = 1
/** A block that its own leader's time makes different from another. */
function blockOf(cluster: Cluster, change: { timeMs?: number; view?: number } = {}): Block {
  const { genesis, nowMs } = cluster
  return buildBlock(
    genesisTip(genesis, testCrypto),
    {
      epoch: 0,
      view: change.view ?? 1,
      timeMs: change.timeMs ?? nowMs + 1,
      setHash: setHashOf(genesis.coordinators, testCrypto),
      transactions: []
    },
    chainContext(genesis, testCrypto)
  ).block
}

function word(
  cluster: Cluster,
  kind: 'propose' | 'notarize' | 'finalize' | 'nullify',
  block: Block,
  by = LIAR
): SignedVote {
  const signer = cluster.signers[by]
  assert.ok(signer !== undefined)
  const { epoch, view } = block.header
  const subject =
    kind === 'nullify'
      ? { kind, epoch, view, block: null }
      : { kind, epoch, view, block: hashHeader(block.header, testCrypto) }
  return signVote(cluster.network, subject, signer)
}

function proposal(cluster: Cluster, block: Block, by = LIAR): ProposeMessage {
  const { vote } = word(cluster, 'propose', block, by)
  return { type: 'propose', block, parent: null, nullifications: [], vote }
}

/** The liar is silent but for what the test makes it say. */
function withLiar(rules: SafetyRules = ALL_RULES): Cluster {
  const cluster = new Cluster(4, { rules })
  cluster.member(LIAR).stop()
  return cluster
}

function tell(cluster: Cluster, to: number, message: Parameters<typeof encodeMessage>[0]): void {
  cluster.post(LIAR, cluster.keyOf(to), encodeMessage(message))
}

const HONEST = [0, 2, 3]

function accusedKeys(cluster: Cluster): string[] {
  const found = HONEST.flatMap(at => cluster.member(at).evidence)
  return [...new Set(found.map(({ first }) => first.vote.signer))]
}

test('a leader that shows two blocks is found out, makes no fork, and the ledger goes on', () => {
  const cluster = withLiar()
  const [one, other] = [blockOf(cluster), blockOf(cluster, { timeMs: cluster.nowMs + 2 })]
  for (const at of HONEST) {
    const block = at === 0 ? one : other
    tell(cluster, at, proposal(cluster, block))
    tell(cluster, at, { type: 'vote', vote: word(cluster, 'notarize', block) })
  }
  cluster.deliver()
  cluster.submit(0, cluster.opening('alice'))
  cluster.advance(20 * VIEW_MS)
  assert.deepEqual(accusedKeys(cluster), [cluster.keyOf(LIAR)])
  assert.ok(cluster.member(0).tip().state.height >= 1)
  cluster.checkChains()
})

test('a member that finalizes and nullifies one view is found out', () => {
  const cluster = withLiar()
  const block = blockOf(cluster)
  tell(cluster, 0, { type: 'vote', vote: word(cluster, 'finalize', block) })
  tell(cluster, 0, { type: 'vote', vote: word(cluster, 'nullify', block) })
  cluster.deliver()
  assert.deepEqual(accusedKeys(cluster), [cluster.keyOf(LIAR)])
})

/** What member 0 says to one proposal of a liar. */
function saidTo(
  change: (cluster: Cluster) => ProposeMessage,
  rules: SafetyRules = ALL_RULES
): readonly string[] {
  const cluster = withLiar(rules)
  cluster.sent = []
  tell(cluster, 0, change(cluster))
  cluster.passes = () => false
  cluster.deliver()
  const votes = cluster.sent.filter(({ from, to }) => from === 0 && to === 2)
  const said = votes.map(({ message }) =>
    message.type === 'vote' ? message.vote.subject.kind : message.type
  )
  return [...said, ...cluster.member(0).refused.map(({ code }) => code)]
}

test('a block with another state root is nullified at once', () => {
  const wrong = (cluster: Cluster): ProposeMessage => {
    const { header, ...rest } = blockOf(cluster)
    return proposal(cluster, { ...rest, header: { ...header, stateRoot: '77'.repeat(32) } })
  }
  assert.deepEqual(saidTo(wrong), ['nullify'])
  assert.deepEqual(saidTo(wrong, { ...ALL_RULES, execution: false }), ['notarize'])
})

test('a block 500 ms ahead of the clock is taken, one of 501 ms is nullified', () => {
  const ahead =
    (ms: number) =>
    (cluster: Cluster): ProposeMessage =>
      proposal(cluster, blockOf(cluster, { timeMs: cluster.nowMs + ms }))
  assert.deepEqual(saidTo(ahead(500)), ['notarize'])
  assert.deepEqual(saidTo(ahead(501)), ['nullify'])
  assert.deepEqual(saidTo(ahead(501), { ...ALL_RULES, timeBounds: false }), ['notarize'])
})

test('a block of somebody who does not lead its view is refused', () => {
  const usurped = (cluster: Cluster): ProposeMessage =>
    proposal(cluster, blockOf(cluster, { view: 2 }))
  assert.deepEqual(saidTo(usurped), ['NOT_LEADER'])
})

test("a block with another key under its leader's name is refused", () => {
  const forged = (cluster: Cluster): ProposeMessage => {
    const message = proposal(cluster, blockOf(cluster), 3)
    return { ...message, vote: { ...message.vote, signer: cluster.keyOf(LIAR) } }
  }
  assert.deepEqual(saidTo(forged), ['FORGED'])
  assert.deepEqual(saidTo(forged, { ...ALL_RULES, signatures: false }), ['notarize'])
})

/** The refusals of member 0 to a nullification of view 1 with these votes. */
function refusals(votesBy: readonly number[], forge = false): readonly string[] {
  const cluster = withLiar()
  const block = blockOf(cluster)
  const votes = votesBy.map(by => word(cluster, forge ? 'finalize' : 'nullify', block, by).vote)
  const certificate = { kind: 'nullify', epoch: 0, view: 1, block: null, votes } as const
  tell(cluster, 0, { type: 'certificate', certificate })
  cluster.deliver()
  const { refused, state } = cluster.member(0)
  assert.equal(state.view, refused.length === 0 ? 2 : 1)
  return refused.map(({ code }) => code)
}

test('a certificate needs three different members of four and their own signatures', () => {
  assert.deepEqual(refusals([0, 1]), ['TOO_FEW'])
  assert.deepEqual(refusals([1, 2, 3]), [])
  assert.deepEqual(refusals([1, 1, 1]), ['REPEATED'])
  assert.deepEqual(refusals([1, 2, 3], true), ['FORGED'])
})

test('bytes that are no message are refused, and so is a body that nobody asked for', () => {
  const cluster = withLiar()
  cluster.member(0).feed({
    type: 'message',
    from: cluster.keyOf(LIAR),
    bytes: new Uint8Array([0x80, 1])
  })
  tell(cluster, 0, { type: 'block', block: blockOf(cluster) })
  cluster.deliver()
  assert.deepEqual(
    cluster.member(0).refused.map(({ code }) => code),
    ['UNREADABLE', 'UNASKED']
  )
})
