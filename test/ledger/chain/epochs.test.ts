/** What may follow the last block of an epoch, and what makes that block final. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Block,
  buildBlock,
  type Certificate,
  type CertifiedBlock,
  type ChainFaultCode,
  chainContext,
  executeBlock,
  followBlock,
  type Genesis,
  genesisTip,
  type Header,
  hasEnded,
  hashHeader,
  membersOf,
  type Proposal,
  type SignedTransaction,
  setHashOf,
  signFinalize,
  signTransaction,
  type Tip,
  tipAfter
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

const EPOCH_BLOCKS = 5
const genesis: Genesis = {
  ...sample.genesis,
  parameters: {
    ...sample.genesis.parameters,
    election: {
      epochBlocks: EPOCH_BLOCKS,
      epochMs: 60_000,
      tallyBlocks: 2,
      bond: 1n,
      turnoutPercent: 10,
      sizeMax: 7,
      silenceViews: 1_000
    }
  }
}
const context = chainContext(genesis, testCrypto)
const setHash = setHashOf(genesis.coordinators, testCrypto)

interface Made {
  readonly block: Block
  readonly tip: Tip
}

/** The next block of the chain, or one of the old epoch where `proposal` says so. */
function next(tip: Tip, proposal: Partial<Proposal> = {}): Made {
  const epoch = tip.state.epoch.epoch
  const view = epoch === tip.epoch ? tip.view + 1 : 1
  const timeMs = tip.state.timeMs + 1_000
  const whole = { epoch, view, timeMs, setHash, transactions: [], ...proposal }
  const { block, state } = buildBlock(tip, whole, context)
  return { block, tip: tipAfter(tip, block.header, state, testCrypto) }
}

function sealingOn(tip: Tip, proposal: Partial<Proposal> = {}): Made {
  return next(tip, { epoch: tip.epoch, view: tip.view + 1, ...proposal })
}

function blocksTo(height: number): Made[] {
  const made: Made[] = []
  let tip = genesisTip(genesis, testCrypto)
  while (tip.state.height < height) {
    const block = next(tip)
    made.push(block)
    tip = block.tip
  }
  return made
}

function tipAt(height: number): Tip {
  const last = blocksTo(height).at(-1)
  assert.ok(last)
  return last.tip
}

function certificateOf({ epoch, view, ...rest }: Header): Certificate {
  const block = hashHeader({ epoch, view, ...rest }, testCrypto)
  const subject = { epoch, view, block }
  const vote = signFinalize(context.network, subject, sample.coordinator)
  return { kind: 'finalize', ...subject, votes: [vote] }
}

function certify(block: Block, descent: readonly Header[] = []): CertifiedBlock {
  return { block, descent, certificate: certificateOf(descent.at(-1) ?? block.header) }
}

function faultOf(tip: Tip, block: Block): ChainFaultCode | null {
  const run = executeBlock(tip, block, setHash, context)
  return run.ok ? null : run.fault.code
}

function withHeader(block: Block, change: Partial<Header>): Block {
  return { ...block, header: { ...block.header, ...change } }
}

const last = tipAt(EPOCH_BLOCKS)

test('an epoch ends at its last block, which alone names the next set; votes are counted before', () => {
  const made = blocksTo(2 * EPOCH_BLOCKS + 1)
  assert.deepEqual(
    made.map(({ block }) => [block.header.epoch, block.header.view, block.header.nextSet !== null]),
    [
      [0, 1, false],
      [0, 2, false],
      [0, 3, false],
      [0, 4, false],
      [0, 5, true],
      [1, 1, false],
      [1, 2, false],
      [1, 3, false],
      [1, 4, false],
      [1, 5, true],
      [2, 1, false]
    ]
  )
  const ends = made.slice(0, EPOCH_BLOCKS).map(({ tip }) => tip.state.epoch.endHeight)
  assert.deepEqual(ends, [null, null, 5, 5, null])
  assert.deepEqual(made[4]?.block.header.nextSet, genesis.coordinators)
  assert.deepEqual(membersOf(last), genesis.coordinators)
})

test('an epoch that has lasted long enough ends too, however few its blocks', () => {
  const tip = next(genesisTip(genesis, testCrypto), { timeMs: genesis.timeMs + 59_999 }).tip
  assert.equal(tip.state.epoch.endHeight, null)
  const late = next(genesisTip(genesis, testCrypto), { timeMs: genesis.timeMs + 60_000 }).tip
  assert.equal(late.state.epoch.endHeight, 3)
  assert.ok(hasEnded(next(next(late).tip).tip))
})

test('every block of the chain executes to what its builder said, over the end of an epoch too', () => {
  let tip = genesisTip(genesis, testCrypto)
  for (const { block } of blocksTo(EPOCH_BLOCKS + 2)) {
    const run = followBlock(tip, certify(block), context)
    assert.ok(run.ok)
    tip = run.tip
  }
  assert.equal(tip.state.height, EPOCH_BLOCKS + 2)
  assert.equal(tip.epoch, 1)
})

test('sealing blocks count on in heights and views, change nothing and are not in the log', () => {
  const first = sealingOn(last)
  const second = sealingOn(first.tip)
  assert.deepEqual(
    [first, second].map(({ block: { header } }) => [header.epoch, header.height, header.view]),
    [
      [0, 6, 6],
      [0, 7, 7]
    ]
  )
  assert.equal(second.block.header.stateRoot, last.state.root())
  assert.equal(second.tip.log, last.log)
  assert.equal(faultOf(last, first.block), null)
  assert.equal(faultOf(first.tip, second.block), null)
})

test('a sealing block takes no transactions, whoever proposes them', () => {
  const { block } = sealingOn(last, { transactions: [openSigned()] })
  assert.deepEqual(block.transactions, [])
})

test('after the last block of an epoch nothing else of that epoch is good', () => {
  const { block } = sealingOn(last)
  const full = next(tipAt(EPOCH_BLOCKS - 1), { transactions: [openSigned()] }).block
  const { transactions, results } = full
  const { transactionRoot } = full.header
  const stuffed = { ...withHeader(block, { transactionRoot }), transactions, results }
  const cases: readonly (readonly [string, Block, ChainFaultCode])[] = [
    ['transactions', stuffed, 'NOT_SEALING'],
    ['a next set', withHeader(block, { nextSet: genesis.coordinators }), 'NOT_SEALING'],
    ['another state', withHeader(block, { stateRoot: sample.someHash }), 'WRONG_STATE_ROOT'],
    ['an old view', withHeader(block, { view: last.view }), 'WRONG_VIEW'],
    ['another log', withHeader(block, { logRoot: sample.someHash }), 'WRONG_LOG_ROOT']
  ]
  for (const [what, bad, code] of cases) assert.equal(faultOf(last, bad), code, what)
})

test('an epoch begins on the last block of the one before it and on nothing else', () => {
  const { block } = next(last)
  assert.equal(faultOf(last, block), null)
  const { tip: sealed } = sealingOn(last)
  const onSealed = withHeader(block, { parent: sealed.block, height: 7 })
  assert.equal(faultOf(sealed, onSealed), 'WRONG_EPOCH')
  const early = tipAt(EPOCH_BLOCKS - 1)
  assert.equal(faultOf(early, withHeader(next(early).block, { epoch: 1 })), 'WRONG_EPOCH')
  assert.equal(faultOf(last, withHeader(block, { epoch: 2 })), 'WRONG_EPOCH')
  assert.equal(faultOf(last, withHeader(block, { view: 0 })), 'WRONG_VIEW')
})

test('a block that names no next set where one is due, or one where none is, is refused', () => {
  const before = tipAt(EPOCH_BLOCKS - 1)
  const ending = next(before).block
  assert.equal(faultOf(before, withHeader(ending, { nextSet: null })), 'WRONG_NEXT_SET')
  const others = [{ name: 'mallory', key: sample.hostKey.publicKey }]
  assert.equal(faultOf(before, withHeader(ending, { nextSet: others })), 'WRONG_NEXT_SET')
  const early = tipAt(1)
  const named = withHeader(next(early).block, { nextSet: genesis.coordinators })
  assert.equal(faultOf(early, named), 'WRONG_NEXT_SET')
})

test('voters for the parent are members, and nobody in the first block of an epoch', () => {
  const tip = tipAt(2)
  assert.equal(faultOf(tip, next(tip, { parentVotes: 1 }).block), null)
  assert.equal(faultOf(tip, next(tip, { parentVotes: 2 }).block), 'WRONG_VOTERS')
  const start = genesisTip(genesis, testCrypto)
  for (const before of [start, last]) {
    assert.equal(faultOf(before, next(before, { parentVotes: 1 }).block), 'WRONG_VOTERS')
  }
})

test('the last block of an epoch is final by a sealing descendant, and by no other', () => {
  const before = tipAt(EPOCH_BLOCKS - 1)
  const { block } = next(before)
  const first = sealingOn(last).block.header
  const second = sealingOn(sealingOn(last).tip).block.header
  assert.ok(followBlock(before, certify(block, [first, second]), context).ok)
  const changed = { ...first, stateRoot: sample.someHash }
  const again = { ...first, nextSet: genesis.coordinators }
  const ofNext = next(last).block.header
  for (const bad of [changed, again, ofNext, { ...first, view: last.view }]) {
    const run = followBlock(before, certify(block, [bad]), context)
    assert.equal(run.ok ? null : run.fault.code, 'CERTIFICATE_ASTRAY')
  }
})

test('a sealing block is no next block, however well it is certified', () => {
  const run = followBlock(last, certify(sealingOn(last).block), context)
  assert.equal(run.ok ? null : run.fault.code, 'WRONG_EPOCH')
})

function openSigned(): SignedTransaction {
  const { buyer: signer, openBuyer: body } = sample
  const transaction = { signer, nonce: 1, expiryHeight: 100, feeMax: 0n, body }
  return signTransaction(context.network, transaction, sample.buyerKey)
}
