import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BLOCK_TRANSACTION_BYTES_MAX,
  BLOCK_TRANSACTIONS_MAX,
  type Block,
  type BlockDraft,
  buildBlock,
  type ChainFaultCode,
  chainContext,
  encodeTransaction,
  executeBlock,
  genesisTip,
  type Hash,
  type Header,
  hashTransaction,
  type SignedTransaction,
  setHashOf,
  signCandidateProof
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

const context = chainContext(sample.genesis, testCrypto)
const setHash = setHashOf(sample.genesis.coordinators, testCrypto)
const tip = genesisTip(sample.genesis, testCrypto)
const open = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
const refused = sample.signed(sample.buyer, 2, sample.registerHost, sample.buyerKey)

function build(transactions: readonly SignedTransaction[]): ReturnType<typeof buildBlock> {
  const timeMs = sample.genesis.timeMs + 10
  return buildBlock(tip, { epoch: 0, view: 1, timeMs, setHash, transactions }, context)
}

const built = build([open, refused])

function faultOf(block: Block, set: Hash = setHash): ChainFaultCode | null {
  const execution = executeBlock(tip, block, set, context)
  return execution.ok ? null : execution.fault.code
}

function withHeader(change: Partial<Header>): Block {
  return { ...built.block, header: { ...built.block.header, ...change } }
}

test('a built block executes to the same state and outcomes', () => {
  const execution = executeBlock(tip, built.block, setHash, context)
  assert.ok(execution.ok)
  assert.equal(execution.tip.state.root(), built.state.root())
  assert.deepEqual(
    execution.outcomes.map(outcome => outcome.rejection?.code ?? null),
    [null, 'WRONG_ACCOUNT_KIND']
  )
  assert.equal(execution.tip.state.account(sample.buyerId)?.name, 'alice')
})

const TAMPERED: readonly (readonly [what: string, block: Block, code: ChainFaultCode])[] = [
  ['height', withHeader({ height: 2 }), 'WRONG_HEIGHT'],
  ['parent', withHeader({ parent: sample.someHash }), 'WRONG_PARENT'],
  ['epoch', withHeader({ epoch: 1 }), 'WRONG_EPOCH'],
  ['view', withHeader({ view: 0 }), 'WRONG_VIEW'],
  ["time to the parent's", withHeader({ timeMs: sample.genesis.timeMs }), 'WRONG_TIME'],
  ['set', withHeader({ setHash: sample.someHash }), 'WRONG_SET'],
  ['transaction root', withHeader({ transactionRoot: sample.someHash }), 'WRONG_TRANSACTION_ROOT'],
  ['state root', withHeader({ stateRoot: sample.someHash }), 'WRONG_STATE_ROOT'],
  ['log root', withHeader({ logRoot: sample.someHash }), 'WRONG_LOG_ROOT'],
  ['transactions', { ...built.block, transactions: [refused, open] }, 'WRONG_TRANSACTION_ROOT'],
  ['results', { ...built.block, results: [null, null] }, 'WRONG_TRANSACTION_ROOT'],
  ['number of results', { ...built.block, results: [null] }, 'WRONG_RESULT']
]

for (const [what, block, code] of TAMPERED) {
  test(`a block with another ${what} is refused as ${code}`, () => {
    assert.equal(faultOf(block), code)
  })
}

/** A proposer that lies consistently: the transaction root fits what it says. */
function sealed(transactions: readonly SignedTransaction[], results: Block['results']): Block {
  const root = transactionRootOf(transactions, results)
  const header = { ...built.block.header, transactionRoot: root }
  return { header, transactions, results }
}

function transactionRootOf(
  transactions: readonly SignedTransaction[],
  results: Block['results']
): Hash {
  const block = { ...built.block, transactions, results }
  const execution = executeBlock(tip, block, setHash, context)
  assert.ok(!execution.ok)
  const [, root] = /the transaction root is ([0-9a-f]{64})/.exec(execution.fault.message) ?? []
  assert.ok(root !== undefined, execution.fault.message)
  return root
}

test('a block of more transactions, or of more bytes of them, than may be is refused unread', () => {
  const of = (signed: SignedTransaction, count: number): Block => {
    const transactions = Array.from({ length: count }, () => signed)
    return { ...built.block, transactions, results: transactions.map(() => null) }
  }
  assert.equal(faultOf(of(open, BLOCK_TRANSACTIONS_MAX)), 'WRONG_TRANSACTION_ROOT')
  assert.equal(faultOf(of(open, BLOCK_TRANSACTIONS_MAX + 1)), 'TOO_LARGE')
  const { buyer, buyerKey, coordinator, network } = sample
  const addresses = Array.from({ length: 8 }, (_, at) => `/dns4/${`${at}`.repeat(240)}/tcp/1`)
  const proof = signCandidateProof(network, sample.buyerId, 1, coordinator)
  const stand = { type: 'stand', key: coordinator.publicKey, addresses, proof } as const
  const long = sample.signed(buyer, 1, stand, buyerKey)
  const most = Math.floor(BLOCK_TRANSACTION_BYTES_MAX / encodeTransaction(long).length)
  assert.ok(most < BLOCK_TRANSACTIONS_MAX, 'bytes are what limits these')
  assert.equal(faultOf(of(long, most)), 'WRONG_TRANSACTION_ROOT')
  assert.equal(faultOf(of(long, most + 1)), 'TOO_LARGE')
})

test('a result that is not what the transaction gives is refused', () => {
  assert.equal(faultOf(sealed([open, refused], [null, 'HOST_MALFORMED'])), 'WRONG_RESULT')
})

test('a forged, a premature or an expired transaction may not stand in a block', () => {
  const forged = { ...open, signature: refused.signature }
  const premature = sample.signed(sample.buyer, 2, sample.openBuyer, sample.buyerKey)
  const expired = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey, 0)
  for (const bad of [forged, premature, expired]) {
    assert.equal(faultOf(sealed([bad], [null])), 'INADMISSIBLE')
    const { block, excluded } = build([bad])
    assert.deepEqual(block.transactions, [])
    assert.equal(excluded.length, 1)
  }
})

test("a stranger cannot use up an open account's nonce with a key of their own", () => {
  const { state } = built
  const parent = { ...tip, state, block: sample.someHash }
  const theft = sample.signed(
    sample.buyer,
    3,
    { ...sample.openBuyer, key: sample.hostKey.publicKey },
    sample.hostKey
  )
  const proposal = { epoch: 0, view: 2, timeMs: state.timeMs + 1, setHash, transactions: [theft] }
  const next = buildBlock(parent, proposal, context)
  assert.deepEqual(
    next.excluded.map(outcome => outcome.rejection?.code),
    ['INVALID_SIGNATURE']
  )
  assert.equal(next.state.account(sample.buyerId)?.nonce, 2)
})

test('a block is not built at a time that is not after its parent', () => {
  const timeMs = sample.genesis.timeMs
  const proposal = { epoch: 0, view: 1, timeMs, setHash, transactions: [] }
  assert.throws(() => buildBlock(tip, proposal, context), /is not after the parent's/)
})

test('what a draft did while a block was built is not seen in the parent', () => {
  const draft: BlockDraft = tip.state.draft(1, sample.genesis.timeMs + 1)
  assert.equal(draft.account(sample.buyerId), undefined)
  assert.equal(tip.state.height, 0)
})

test('a signature that was seen to be good is not checked again', () => {
  let checked = 0
  const counting = {
    ...testCrypto,
    verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
      checked += 1
      return testCrypto.verify(key, message, signature)
    }
  }
  const seen = new Set([`${hashTransaction(open, testCrypto)} ${sample.buyerKey.publicKey}`])
  const remembering = chainContext(sample.genesis, counting, (hash, key) =>
    seen.has(`${hash} ${key}`)
  )
  assert.ok(executeBlock(tip, built.block, setHash, remembering).ok)
  assert.equal(checked, 1)
})
