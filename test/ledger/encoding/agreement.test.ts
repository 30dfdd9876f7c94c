import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AgreementMessage,
  type Block,
  decodeLogRecord,
  decodeMessage,
  EncodingError,
  encodeCanonical,
  encodeLogRecord,
  encodeMessage,
  type LogRecord,
  NULLIFICATIONS_MAX,
  type Nullification,
  type QuorumCertificate,
  type SignedVote,
  signVote,
  toHex,
  verifyVote
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'

const by = { network: sample.network, crypto: testCrypto }
const block: Block = {
  header: {
    epoch: 0,
    height: 1,
    view: 3,
    parent: sample.network,
    timeMs: sample.genesis.timeMs + 1,
    transactionRoot: '11'.repeat(32),
    stateRoot: '22'.repeat(32),
    logRoot: '33'.repeat(32),
    setHash: '44'.repeat(32),
    parentVotes: 0,
    nextSet: null
  },
  transactions: [],
  results: []
}

function voteOf(kind: 'propose' | 'notarize' | 'finalize' | 'nullify'): SignedVote {
  const at = { epoch: 0, view: 3 }
  const subject =
    kind === 'nullify' ? { kind, ...at, block: null } : { kind, ...at, block: sample.someHash }
  return signVote(sample.network, subject, sample.coordinator)
}

const votes = [voteOf('nullify').vote]
const nullification: Nullification = { kind: 'nullify', epoch: 0, view: 3, block: null, votes }
const certificate: QuorumCertificate = {
  kind: 'finalize',
  epoch: 0,
  view: 3,
  block: sample.someHash,
  votes: [voteOf('finalize').vote]
}
const propose: AgreementMessage = {
  type: 'propose',
  block,
  parent: { ...certificate, kind: 'notarize' },
  nullifications: [nullification],
  vote: voteOf('propose').vote
}
const messages: readonly AgreementMessage[] = [
  propose,
  { type: 'vote', vote: voteOf('nullify') },
  { type: 'certificate', certificate },
  { type: 'get', block: sample.someHash },
  { type: 'block', block },
  { type: 'status', view: 4, height: 2, certificate },
  { type: 'get-final', fromHeight: 2 },
  { type: 'final-blocks', blocks: [{ block, certificate, descent: [] }] },
  {
    type: 'transactions',
    transactions: [sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)]
  },
  { type: 'evidence', evidence: { first: voteOf('finalize'), second: voteOf('nullify') } }
]
const entries: readonly LogRecord[] = [
  { type: 'vote', vote: voteOf('notarize') },
  { type: 'block', block },
  { type: 'certificate', certificate: nullification }
]

test('every message and log entry reads back as it was written, in the bytes of the golden file', () => {
  const written: Record<string, string> = {}
  for (const message of messages) {
    const bytes = encodeMessage(message)
    assert.deepEqual(decodeMessage(bytes), message)
    written[message.type] = toHex(bytes)
  }
  for (const entry of entries) {
    const bytes = encodeLogRecord(entry)
    assert.deepEqual(decodeLogRecord(bytes), entry)
    written[`log ${entry.type}`] = toHex(bytes)
  }
  checkGolden('ledger-agreement.json', written)
})

test('a nullification that names a block is refused, and a notarization that names none', () => {
  const subjects = [
    ['nullify', 0, 3, new Uint8Array(32)],
    ['notarize', 0, 3, null]
  ]
  for (const subject of subjects) {
    const vote = [new Uint8Array(32), new Uint8Array(64)]
    const bytes = encodeCanonical(['vote', [[subject, vote]]])
    assert.throws(() => decodeMessage(bytes), { code: 'WRONG_SHAPE' })
  }
})

test('a proposal takes as many nullifications as its bound, and not one more', () => {
  const many = (count: number): AgreementMessage => ({
    ...(propose as Extract<AgreementMessage, { type: 'propose' }>),
    nullifications: Array.from({ length: count }, () => nullification)
  })
  assert.deepEqual(decodeMessage(encodeMessage(many(NULLIFICATIONS_MAX))).type, 'propose')
  assert.throws(() => encodeMessage(many(NULLIFICATIONS_MAX + 1)), EncodingError)
})

test('a vote is good for its own kind only', () => {
  const finalize = voteOf('finalize')
  assert.equal(verifyVote(by, finalize), true)
  const notarize = { ...finalize.subject, kind: 'notarize' as const, block: sample.someHash }
  assert.equal(verifyVote(by, { ...finalize, subject: notarize }), false)
})
