import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CHUNK_BYTES_MAX,
  type CheckedChunk,
  type Chunk,
  checkChunk,
  cutChunk,
  proveState,
  type StateRange
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { snapshotWorld } from '../../support/snapshots.ts'

const { state } = snapshotWorld(4_000)
const root = state.root()
const ALL: StateRange = { from: '', to: null }

function check(chunk: Chunk, range: StateRange = ALL): CheckedChunk {
  return checkChunk(chunk, range, root, testCrypto)
}

function codeOf(checked: CheckedChunk): string {
  return checked.ok ? 'taken' : checked.fault.code
}

/** Where each chunk of the whole state begins. */
function chunksOf(range: StateRange): { readonly chunk: Chunk; readonly from: string }[] {
  const found: { readonly chunk: Chunk; readonly from: string }[] = []
  for (let from: string | null = range.from; from !== null; ) {
    const chunk: Chunk = cutChunk(state, { ...range, from })
    found.push({ chunk, from })
    from = chunk.next
  }
  return found
}

test('chunks follow each other to the end, none larger than it may be, and hold every entry once', () => {
  const chunks = chunksOf(ALL)
  assert.ok(chunks.length >= 3, `${chunks.length} chunks`)
  const keys = chunks.flatMap(({ chunk, from }) => {
    const checked = check(chunk, { from, to: null })
    assert.ok(checked.ok, codeOf(checked))
    const bytes = checked.entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
    assert.ok(bytes <= CHUNK_BYTES_MAX && chunk.proof.length < 2 * CHUNK_BYTES_MAX)
    return checked.entries.map(([key]) => key)
  })
  const accounts = [...state.accounts()].length
  assert.equal(new Set(keys).size, keys.length)
  // Each account has a name; the money issued stands for itself.
  assert.equal(keys.length, 2 * accounts + 1)
})

test('a chunk of a range ends where the range does, and one of an empty range shows that it is empty', () => {
  const [first] = chunksOf(ALL)
  const to = first?.chunk.next ?? null
  const whole = cutChunk(state, { from: '', to })
  assert.equal(whole.next, null)
  assert.ok(check(whole, { from: '', to }).ok)
  const empty = check(cutChunk(state, { from: 'machine/', to: 'migration/' }), {
    from: 'machine/',
    to: 'migration/'
  })
  assert.ok(empty.ok && empty.entries.length === 0)
})

test('a chunk that leaves out an entry is not the whole of its range', () => {
  const [first, second] = chunksOf(ALL)
  assert.ok(first !== undefined && second !== undefined)
  const next = second.chunk.next
  // True, and it says that the second chunk's entries are among it.
  const gap = { next, proof: first.chunk.proof }
  assert.equal(codeOf(check(gap)), 'PROOF_INCOMPLETE')
  // The same for its beginning.
  const late = { next, proof: second.chunk.proof }
  assert.equal(codeOf(check(late)), 'PROOF_INCOMPLETE')
  // An entry of which only the hash is shown.
  const { to, from } = { from: second.from, to: next }
  const without = proveState(state, [
    { kind: 'range', from, to: `${from}0` },
    { kind: 'range', from: `${from}0`, to }
  ])
  assert.equal(codeOf(check({ next: null, proof: without }, { from, to })), 'taken')
  const hidden = proveState(state, [{ kind: 'range', from: `${from}0`, to }])
  assert.equal(codeOf(check({ next: null, proof: hidden }, { from, to })), 'PROOF_INCOMPLETE')
})

test('a chunk that ends before its beginning, behind its range or at no key is refused', () => {
  const [first, second] = chunksOf(ALL)
  assert.ok(first !== undefined && second !== undefined)
  const to = second.from
  const range = { from: 'account/5', to }
  const { proof } = first.chunk
  for (const next of [
    'account/4',
    'account/5',
    to,
    `${to}0`,
    'zzz',
    '',
    '\u0080',
    'a'.repeat(256)
  ]) {
    assert.equal(codeOf(check({ next, proof }, range)), 'SYNC_CHUNK_ASTRAY', next)
  }
})

test('chunks that would never end are refused: each that goes on is half full at least', () => {
  const accounts = [...state.accounts()]
  const few = [10, 1_500].map(count => `account/${accounts[count]?.id}`)
  const [short, long] = few.map(next => ({
    next,
    proof: proveState(state, [{ kind: 'range', from: 'account/', to: next }])
  }))
  assert.ok(short !== undefined && long !== undefined)
  const range = { from: 'account/', to: null }
  assert.equal(codeOf(check(short, range)), 'SYNC_CHUNK_SHORT')
  assert.equal(codeOf(check(long, range)), 'taken')
})

test('a chunk of another state is refused', () => {
  const other = snapshotWorld(4_000, { seed: 1 }).state
  assert.equal(codeOf(check(cutChunk(other, ALL))), 'PROOF_WRONG_ROOT')
})

const SEED = 20_261_130
const ALTERED = 400

test(`every altered byte of a chunk is noticed (seed ${SEED}, ${ALTERED} of them)`, () => {
  const random = seededRandom(SEED)
  const small = snapshotWorld(300)
  const range = { from: 'account/4', to: 'account/8' }
  const good = cutChunk(small.state, range)
  const taken = checkChunk(good, range, small.state.root(), testCrypto)
  assert.ok(taken.ok && taken.entries.length > 50)
  for (let time = 0; time < ALTERED; time++) {
    const at = random.integer(good.proof.length)
    const proof = Uint8Array.from(good.proof)
    proof[at] = (proof[at] ?? 0) ^ (1 + random.integer(255))
    const checked = checkChunk({ ...good, proof }, range, small.state.root(), testCrypto)
    assert.ok(!checked.ok, `byte ${at} of ${good.proof.length} was altered and nobody noticed`)
    assert.match(checked.fault.code, /^PROOF_/)
  }
})

test('every chunk that is cut short or goes on behind its end is refused', () => {
  const small = snapshotWorld(20)
  const { proof } = cutChunk(small.state, ALL)
  const refused = (bytes: Uint8Array): string =>
    codeOf(checkChunk({ next: null, proof: bytes }, ALL, small.state.root(), testCrypto))
  for (let length = 0; length < proof.length; length++) {
    assert.match(refused(proof.subarray(0, length)), /^PROOF_/)
  }
  assert.equal(refused(Uint8Array.from([...proof, 0])), 'PROOF_MALFORMED')
})
