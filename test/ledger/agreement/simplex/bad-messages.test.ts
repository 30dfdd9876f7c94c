/** What a coordinator makes of each kind of bad message: a code to count, nothing changed, nothing said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AGREEMENT_FAULTS,
  type AgreementFaultCode,
  type AgreementMessage,
  BLOCK_TRANSACTIONS_MAX,
  type Block,
  buildBlock,
  chainContext,
  encodeAs,
  encodeMessage,
  fromHex,
  genesisTip,
  hashHeader,
  type Signer,
  setHashOf,
  signedTransactionCodec,
  signVote,
  toHex
} from '../../../../ledger/index.ts'
import { testCrypto, testSigner } from '../../../support/ed25519.ts'
import * as sample from '../../../support/ledger-samples.ts'
import { Cluster } from './cluster.ts'

/** Leads view 1. */
const LIAR = 1
const GROUP_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n
/** y = 1: the neutral element, for which one signature fits everything. */
const SMALL_ORDER_KEY = `01${'00'.repeat(31)}`

interface Scene {
  readonly cluster: Cluster
  readonly liar: Signer
  readonly block: Block
  readonly hash: string
}

function scene(): Scene {
  const cluster = new Cluster(4)
  cluster.member(LIAR).stop()
  const liar = cluster.signers[LIAR] ?? assert.fail('nobody lies')
  const { block } = buildBlock(
    genesisTip(cluster.genesis, testCrypto),
    {
      epoch: 0,
      view: 1,
      timeMs: cluster.nowMs + 1,
      setHash: setHashOf(cluster.genesis.coordinators, testCrypto),
      transactions: []
    },
    chainContext(cluster.genesis, testCrypto)
  )
  return { cluster, liar, block, hash: hashHeader(block.header, testCrypto) }
}

type Say = (scene: Scene) => AgreementMessage | Uint8Array

function nullifyBy(signer: Signer, network: string, epoch = 0): AgreementMessage {
  return {
    type: 'vote',
    vote: signVote(network, { kind: 'nullify', epoch, view: 1, block: null }, signer)
  }
}

function nullification({ cluster }: Scene, by: readonly number[]): AgreementMessage {
  const votes = by.map(at => {
    const signer = cluster.signers[at] ?? assert.fail('no such member')
    return signVote(cluster.network, { kind: 'nullify', epoch: 0, view: 1, block: null }, signer)
      .vote
  })
  return {
    type: 'certificate',
    certificate: { kind: 'nullify', epoch: 0, view: 1, block: null, votes }
  }
}

function propose({ cluster, liar }: Scene, block: Block, by = liar): AgreementMessage {
  const { epoch, view } = block.header
  const hash = hashHeader(block.header, testCrypto)
  const { vote } = signVote(cluster.network, { kind: 'propose', epoch, view, block: hash }, by)
  return { type: 'propose', block, parent: null, nullifications: [], vote }
}

/** The same signature with the group order added to S: anybody can make it from a good one. */
function twin(signature: string): string {
  const s = BigInt(`0x${toHex(fromHex(signature.slice(64)).reverse())}`) + GROUP_ORDER
  return signature.slice(0, 64) + toHex(fromHex(s.toString(16).padStart(64, '0')).reverse())
}

function without(message: AgreementMessage, change: (vote: { signature: string }) => object) {
  assert.ok(message.type === 'vote')
  const { subject, vote } = message.vote
  return { type: 'vote', vote: { subject, vote: { ...vote, ...change(vote) } } } as AgreementMessage
}

const CASES: readonly [string, AgreementFaultCode, Say][] = [
  ['bytes that are no message', 'UNREADABLE', () => Uint8Array.of(0x80, 1)],
  [
    'a message with a byte behind it',
    'UNREADABLE',
    ({ cluster, liar }) =>
      Buffer.concat([encodeMessage(nullifyBy(liar, cluster.network)), Uint8Array.of(0)])
  ],
  [
    'a message that is written in a longer form than it has to be',
    'UNREADABLE',
    ({ cluster, liar }) => {
      const bytes = encodeMessage(nullifyBy(liar, cluster.network))
      assert.equal(bytes[0], 0x82)
      return Buffer.concat([Uint8Array.of(0x98, 0x02), bytes.subarray(1)])
    }
  ],
  [
    'a block of more transactions than a block holds',
    'UNREADABLE',
    each => {
      const signed = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
      const whole = { ...each.block, transactions: [signed], results: [null] }
      const bytes = Buffer.from(encodeMessage(propose(each, whole)))
      const one = encodeAs(signedTransactionCodec, signed)
      const at = bytes.indexOf(one)
      // The list of one becomes a list of one more than the most.
      assert.equal(bytes[at - 1], 0x81)
      const count = BLOCK_TRANSACTIONS_MAX + 1
      const head = Uint8Array.of(0x99, count >> 8, count & 0xff)
      const many = Array.from({ length: count }, () => one)
      return Buffer.concat([
        bytes.subarray(0, at - 1),
        head,
        ...many,
        bytes.subarray(at + one.length)
      ])
    }
  ],
  [
    'a vote of a stranger',
    'STRANGER',
    ({ cluster }) => nullifyBy(testSigner('stranger'), cluster.network)
  ],
  [
    'a vote under a key of small order',
    'STRANGER',
    ({ cluster, liar }) =>
      without(nullifyBy(liar, cluster.network), () => ({ signer: SMALL_ORDER_KEY }))
  ],
  ['a vote for another network', 'FORGED', ({ liar }) => nullifyBy(liar, 'ee'.repeat(32))],
  [
    'a vote whose signature is not in its canonical form',
    'FORGED',
    ({ cluster, liar }) =>
      without(nullifyBy(liar, cluster.network), ({ signature }) => ({ signature: twin(signature) }))
  ],
  ['a certificate of too few', 'TOO_FEW', each => nullification(each, [0, 1])],
  ['a certificate that counts one twice', 'REPEATED', each => nullification(each, [0, 1, 1])],
  [
    'a proposal of somebody who does not lead the view',
    'NOT_LEADER',
    each => propose(each, each.block, each.cluster.signers[2])
  ],
  [
    'a transaction that its signer has not signed',
    'FORGED_TRANSACTION',
    () => {
      const signed = sample.signed(sample.buyer, 1, sample.openBuyer, sample.providerKey)
      return { type: 'transactions', transactions: [signed] }
    }
  ],
  [
    'a final block whose certificate is of too few',
    'FOREIGN_BLOCK',
    ({ cluster, liar, block, hash }) => {
      const subject = { kind: 'finalize', epoch: 0, view: 1, block: hash } as const
      const certificate = { ...subject, votes: [signVote(cluster.network, subject, liar).vote] }
      return { type: 'final-blocks', blocks: [{ block, certificate, descent: [] }] }
    }
  ],
  ['a body that nobody asked for', 'UNASKED', ({ block }) => ({ type: 'block', block })]
]

for (const [what, code, say] of CASES) {
  test(`${what} is refused as ${code}, changes nothing and is answered with nothing`, () => {
    const each = scene()
    const { cluster } = each
    const before = cluster.member(0).state
    cluster.sent = []
    const said = say(each)
    const bytes = said instanceof Uint8Array ? said : encodeMessage(said)
    cluster.member(0).feed({ type: 'message', from: cluster.keyOf(LIAR), bytes })
    const { refused, state } = cluster.member(0)
    assert.deepEqual(
      refused.map(fault => fault.code),
      [code]
    )
    assert.match(refused[0]?.message ?? '', /\w+ \w+/)
    assert.deepEqual([state.view, state.final.state.height], [before.view, 0])
    assert.deepEqual(
      [...state.rounds.values()].filter(round => round.nullification !== null),
      []
    )
    assert.deepEqual(
      cluster.sent.filter(({ from }) => from === 0),
      []
    )
  })
}

test('a vote of a later epoch is refused as OTHER_EPOCH, and somebody is asked for what is missing here', () => {
  const { cluster, liar } = scene()
  cluster.sent = []
  const bytes = encodeMessage(nullifyBy(liar, cluster.network, 7))
  cluster.member(0).feed({ type: 'message', from: cluster.keyOf(LIAR), bytes })
  const { refused, state } = cluster.member(0)
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['OTHER_EPOCH']
  )
  assert.deepEqual([state.seat.epoch, state.final.state.height], [0, 0])
  const said = cluster.sent.filter(({ from }) => from === 0)
  assert.deepEqual(
    said.map(({ message }) => message),
    [{ type: 'get-final', fromHeight: 1 }]
  )
})

test('every code of the list has its case', () => {
  const codes = new Set([...CASES.map(([, code]) => code), 'OTHER_EPOCH'])
  assert.deepEqual([...codes].sort(), [...AGREEMENT_FAULTS].sort())
})
