/** A witness signs what leads on from what it signed, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Checkpoint,
  fromHex,
  type Hash,
  MerkleHasher,
  merkleRoot,
  type OwnLedger,
  toHex,
  WITNESS_STEP_MAX,
  type WitnessCode,
  type Witnessed,
  witness
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { network, someHash } from '../../support/ledger-samples.ts'

/** Hashes of headers of a ledger, which parts from the true one after so many blocks. */
function headers(count: number, forkedAfter = count): Hash[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${at < forkedAfter ? 'true' : 'forked'} header ${at + 1}`
    return toHex(testCrypto.sha256(Buffer.from(name)))
  })
}

const truth = headers(20)

function checkpointOf(ledger: readonly Hash[], height: number): Checkpoint {
  const root = toHex(merkleRoot(testCrypto, ledger.slice(0, height).map(fromHex)))
  return { network, height, block: ledger[height - 1] ?? '', root }
}

/** What a witness that follows `ledger` knows when it is asked for a height. */
function ownLedger(ledger: readonly Hash[], height: number, last: Witnessed | null): OwnLedger {
  const { block, root } = checkpointOf(ledger, height)
  const before = { network, height: ledger.length, at: { block, root } }
  if (last !== null) {
    return { ...before, added: ledger.slice(last.checkpoint.height, height), log: null }
  }
  const log = new MerkleHasher(testCrypto)
  for (const hash of ledger.slice(0, height)) log.append(fromHex(hash))
  return { ...before, added: [], log: log.range() }
}

function answer(last: Witnessed | null, asked: Checkpoint, ledger: readonly Hash[] = truth) {
  return witness(last, asked, ownLedger(ledger, asked.height, last), testCrypto)
}

/** What is kept after it has signed `asked`. */
function signed(last: Witnessed | null, asked: Checkpoint): Witnessed {
  const given = answer(last, asked)
  assert.ok(given.ok, JSON.stringify(given))
  const [keep, sign] = given.effects
  assert.equal(keep?.type, 'keep')
  assert.deepEqual(sign, { type: 'sign', checkpoint: asked })
  return keep.witnessed
}

function refused(last: Witnessed | null, asked: Checkpoint, own: OwnLedger): WitnessCode | null {
  const given = witness(last, asked, own, testCrypto)
  return given.ok ? null : given.code
}

test('what is to be signed is kept before it is signed', () => {
  const given = answer(null, checkpointOf(truth, 3))
  assert.ok(given.ok)
  assert.deepEqual(
    given.effects.map(({ type }) => type),
    ['keep', 'sign']
  )
})

test('from any height on every later one of the same ledger is signed, and the same one again', () => {
  for (let first = 1; first <= truth.length; first++) {
    const last = signed(null, checkpointOf(truth, first))
    for (let height = first; height <= truth.length; height++) {
      const next = signed(last, checkpointOf(truth, height))
      assert.deepEqual(next, signed(null, checkpointOf(truth, height)))
    }
  }
})

test('a ledger that parts below what was signed is refused, wherever it parts', () => {
  for (let height = 1; height <= truth.length; height++) {
    const last = signed(null, checkpointOf(truth, height))
    for (let parts = 0; parts < height; parts++) {
      // The witness itself follows the fork: only what it has kept tells it.
      const fork = headers(20, parts)
      for (const at of [height, height + 1, 20].filter(at => at >= height && at <= 20)) {
        const code = refused(last, checkpointOf(fork, at), ownLedger(fork, at, last))
        assert.equal(
          code,
          'CHECKPOINT_FORKED',
          `signed ${height}, parts after ${parts}, asked ${at}`
        )
      }
    }
  }
})

test('a ledger that parts after what was signed is one ledger more that leads on: the first asked for is signed', () => {
  const last = signed(null, checkpointOf(truth, 5))
  const fork = headers(20, 7)
  const given = answer(last, checkpointOf(fork, 9), fork)
  assert.ok(given.ok)
  const [keep] = given.effects
  assert.ok(keep?.type === 'keep')
  const code = refused(keep.witnessed, checkpointOf(truth, 9), ownLedger(truth, 9, keep.witnessed))
  assert.equal(code, 'CHECKPOINT_FORKED')
})

test('everything else that is not to be signed is refused with its code', () => {
  const last = signed(null, checkpointOf(truth, 8))
  const asked = checkpointOf(truth, 10)
  const own = ownLedger(truth, 10, last)
  const cases: readonly (readonly [WitnessCode, Checkpoint, OwnLedger])[] = [
    ['CHECKPOINT_FOREIGN', { ...asked, network: someHash }, own],
    ['CHECKPOINT_AHEAD', { ...asked, height: 21 }, { ...own, at: null }],
    ['CHECKPOINT_OLD', checkpointOf(truth, 7), ownLedger(truth, 7, last)],
    ['CHECKPOINT_ASTRAY', { ...asked, block: someHash }, own],
    ['CHECKPOINT_ASTRAY', { ...asked, root: someHash }, own],
    ['CHECKPOINT_ASTRAY', checkpointOf(headers(20, 9), 10), own]
  ]
  for (const [code, wrong, ledger] of cases) assert.equal(refused(last, wrong, ledger), code)
  assert.equal(refused(null, { ...asked, height: 0 }, own), 'CHECKPOINT_OLD')
})

test('a step of so many headers is taken, one more is refused; the first has no limit', () => {
  const last = signed(null, checkpointOf(truth, 8))
  const far = (step: number, before: Witnessed | null) => {
    const height = 8 + step
    const own = { network, height, at: null, added: [], log: null }
    return refused(before, { ...checkpointOf(truth, 8), height }, own)
  }
  // What is near enough goes on to the next check.
  assert.equal(far(WITNESS_STEP_MAX, last), 'CHECKPOINT_ASTRAY')
  assert.equal(far(WITNESS_STEP_MAX + 1, last), 'CHECKPOINT_FAR')
  assert.equal(far(WITNESS_STEP_MAX + 1, null), 'CHECKPOINT_ASTRAY')
})

test('headers that do not lead to their own log root are a fault of the node, not of who asks', () => {
  const asked = checkpointOf(truth, 10)
  const shorter = ownLedger(truth, 9, null).log
  const judge = () =>
    witness(null, asked, { ...ownLedger(truth, 10, null), log: shorter }, testCrypto)
  assert.throws(judge, /do not lead to their own log root/)
})
