import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type Answered,
  accountIdOf,
  changes,
  decodeAs,
  encodeAs,
  initialState,
  KEY_BYTES_MAX,
  type LedgerState,
  PROOF_FAULTS,
  prefixQuery,
  proveState,
  proveWithin,
  QUERIES_MAX,
  queriesCodec,
  readProof,
  type StateQuery,
  toHex
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const SEED = 20_041_105
const empty = initialState(sample.genesis, testCrypto)

/** Accounts whose names begin with one another, dues that stand close together, a single value of its own table. */
function stateOf(accounts: number): LedgerState {
  const draft = empty.draft(1, empty.timeMs + 1)
  for (let at = 0; at < accounts; at++) {
    const key = toHex(testCrypto.sha256(Uint8Array.of(at >> 8, at & 255)))
    const name = 'a'.repeat(1 + (at % 31)) + (at > 30 ? String(at) : '')
    draft.putAccount({ ...sample.account, id: accountIdOf(key, testCrypto), key, name })
    draft.schedule({
      atMs: 1_000 + (at >> 1),
      machine: sample.machineUuid,
      kind: KINDS[at & 1] ?? 'storage'
    })
  }
  draft.issue(1n)
  return draft.commit()
}

const KINDS = ['storage', 'retention'] as const

type Entries = readonly (readonly [key: string, value: string])[]

/** What the proofs are held against: every entry of the state, in the order of keys. */
function entriesOf(state: LedgerState): Entries {
  return changes(empty, state).map(({ key, value }) => [key, toHex(value ?? new Uint8Array())])
}

function answers(state: LedgerState, proof: Uint8Array, query: StateQuery): Answered {
  const read = readProof(proof, state.root(), testCrypto)
  assert.ok(read.ok, read.ok ? '' : read.fault.message)
  return read.state.answer(query)
}

function entriesIn(answered: Answered): Entries {
  assert.ok(answered.ok, answered.ok ? '' : answered.fault.message)
  return answered.entries.map(([key, value]) => [key, toHex(value)])
}

/** Present keys, keys that part from them at every kind of place, and keys of tables that are empty. */
function likelyKeys(state: LedgerState): string[] {
  return entriesOf(state).flatMap(([key]) => [
    key,
    `${key}x`,
    key.slice(0, -1),
    key.slice(0, -1) + String.fromCharCode(key.charCodeAt(key.length - 1) ^ 1)
  ])
}

test('every key of a state is proven with its value, and every other is proven absent', () => {
  for (const size of [1, 2, 3, 40]) {
    const state = stateOf(size)
    const known = new Map(entriesOf(state))
    for (const key of [...likelyKeys(state), 'machine/', 'zz', 'a']) {
      const query: StateQuery = { kind: 'key', key }
      const value = known.get(key)
      const expected = value === undefined ? [] : [[key, value]]
      assert.deepEqual(entriesIn(answers(state, proveState(state, [query]), query)), expected, key)
    }
  }
})

test(`a range shows all of its keys and no other (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const state = stateOf(60)
  const all = entriesOf(state)
  const bounds = [
    'a',
    'account',
    'account-name/',
    'account-name/a',
    'account/',
    'due/',
    'zz',
    ...likelyKeys(state)
  ]
  for (let round = 0; round < 400; round++) {
    const [first = '', second = ''] = [bounds, bounds].map(
      each => each[random.integer(each.length)]
    )
    const [from, to] = first < second ? [first, second] : [second, first]
    const query: StateQuery = { kind: 'range', from, to: round % 10 === 0 ? null : to }
    const expected = all.filter(([key]) => key >= from && (query.to === null || key < to))
    const proof = proveState(state, [query])
    assert.deepEqual(
      entriesIn(answers(state, proof, query)),
      expected,
      `from ${from} to ${query.to}`
    )
  }
})

test('one proof answers many queries, and is smaller than one for each', () => {
  const state = stateOf(300)
  const queries = [
    ...entriesOf(state)
      .slice(0, 20)
      .map(([key]): StateQuery => ({ kind: 'key', key })),
    prefixQuery('due/00000000000010'),
    { kind: 'key', key: 'host/none' } as const
  ]
  const proof = proveState(state, queries)
  for (const query of queries) {
    const alone = answers(state, proveState(state, [query]), query)
    assert.deepEqual(entriesIn(answers(state, proof, query)), entriesIn(alone))
  }
  const separate = queries.reduce((sum, each) => sum + proveState(state, [each]).length, 0)
  assert.ok(proof.length < separate, `${proof.length} bytes together, ${separate} apart`)
})

test('nothing is proven absent from an empty state by nothing at all, and from no other', () => {
  const query: StateQuery = { kind: 'key', key: 'issued' }
  const nothing = proveState(empty, [query])
  assert.equal(nothing.length, 0)
  assert.deepEqual(entriesIn(answers(empty, nothing, query)), [])
  assert.equal(faultOf(nothing, stateOf(1)), 'PROOF_WRONG_ROOT')
})

function faultOf(proof: Uint8Array, state: LedgerState): string {
  const read = readProof(proof, state.root(), testCrypto)
  return read.ok ? 'no fault' : read.fault.code
}

test(`every change of one byte of a proof is found, and every byte more or less (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const state = stateOf(12)
  const queries: StateQuery[] = [
    { kind: 'key', key: 'issued' },
    { kind: 'key', key: 'account-name/nobody\0' },
    prefixQuery('due/000000000000100')
  ]
  const proof = proveState(state, queries)
  assert.equal(faultOf(proof, state), 'no fault')
  for (let at = 0; at < proof.length; at++) {
    for (const change of [1, 2, 4, 8, 16, 32, 64, 128, 255, 1 + random.integer(255)]) {
      const altered = proof.slice()
      altered[at] = (altered[at] ?? 0) ^ change
      assert.notEqual(faultOf(altered, state), 'no fault', `byte ${at} changed by ${change}`)
    }
    assert.notEqual(faultOf(proof.slice(0, at), state), 'no fault', `cut off at ${at}`)
  }
  assert.equal(faultOf(Uint8Array.of(...proof, 0), state), 'PROOF_MALFORMED')
})

test('a proof for one key says nothing about another', () => {
  const state = stateOf(40)
  const [first = '', second = ''] = entriesOf(state).map(([key]) => key)
  const proof = proveState(state, [{ kind: 'key', key: first }])
  const other = answers(state, proof, { kind: 'key', key: second })
  assert.equal(other.ok ? 'answered' : other.fault.code, 'PROOF_INCOMPLETE')
})

test('a neighbour that only shows where it stands is no answer to a question for it', () => {
  const state = stateOf(40)
  const [key = ''] = entriesOf(state).find(([each]) => each.startsWith('issued')) ?? []
  // The absent key stands beside `issued`, whose leaf is the witness.
  const proof = proveState(state, [{ kind: 'key', key: 'issuer' }])
  assert.deepEqual(entriesIn(answers(state, proof, { kind: 'key', key: 'issuer' })), [])
  const asked = answers(state, proof, { kind: 'key', key })
  assert.equal(asked.ok ? 'answered' : asked.fault.code, 'PROOF_INCOMPLETE')
})

test(`a range that is shown but for one of its keys is incomplete, whichever it is (seed ${SEED})`, () => {
  const state = stateOf(40)
  const query = prefixQuery('due/')
  const keys = entriesIn(answers(state, proveState(state, [query]), query)).map(([key]) => key)
  assert.equal(keys.length, 40)
  for (const [at, left] of keys.entries()) {
    // Everything but the one: what a node would have to show that hides an entry.
    const parts: StateQuery[] = keys.filter(key => key !== left).map(key => ({ kind: 'key', key }))
    const answered = answers(state, proveState(state, parts), query)
    assert.equal(answered.ok ? 'answered' : answered.fault.code, 'PROOF_INCOMPLETE', `key ${at}`)
  }
})

test('a proof under the root of another state is refused with both roots', () => {
  const query: StateQuery = { kind: 'key', key: 'issued' }
  const read = readProof(proveState(stateOf(3), [query]), stateOf(4).root(), testCrypto)
  assert.ok(!read.ok)
  assert.equal(read.fault.code, 'PROOF_WRONG_ROOT')
  assert.match(read.fault.message, new RegExp(`${stateOf(3).root()}.*${stateOf(4).root()}`))
})

test('queries have 1 to 1,024 keys of at most 255 ASCII characters', () => {
  const ask = (count: number, key: string): StateQuery[] =>
    Array.from({ length: count }, () => ({ kind: 'key', key }))
  const limits = { bytesMax: 131_072, depthMax: 8, valuesMax: 16_384 }
  for (const good of [
    ask(1, 'a\0'),
    ask(QUERIES_MAX, 'a'),
    ask(1, 'a'.repeat(KEY_BYTES_MAX)),
    ask(1, '')
  ]) {
    assert.deepEqual(decodeAs(queriesCodec, encodeAs(queriesCodec, good), limits), good)
  }
  for (const bad of [
    [],
    ask(QUERIES_MAX + 1, 'a'),
    ask(1, 'a'.repeat(KEY_BYTES_MAX + 1)),
    ask(1, '\u0080')
  ]) {
    assert.throws(() => encodeAs(queriesCodec, bad), { code: 'OUT_OF_RANGE' })
  }
})

test('a proof is given up as soon as it exceeds its limit', () => {
  const state = stateOf(40)
  const queries = [prefixQuery('due/')]
  const { length } = proveState(state, queries)
  assert.equal(proveWithin(state, queries, length)?.length, length)
  assert.equal(proveWithin(state, queries, length - 1), null)
})

test('the faults are those that the page of the format lists', () => {
  const page = readFileSync('ledger/proofs/SPEC.md', 'utf8')
  assert.ok(page.includes(`\`${PROOF_FAULTS.join(' ')}\``))
})

test('the bytes of proofs and queries are those of the vectors', () => {
  const state = stateOf(6)
  const present: StateQuery = { kind: 'key', key: 'issued' }
  const absent: StateQuery = { kind: 'key', key: 'account-name/nobody\0' }
  const range: StateQuery = prefixQuery('due/')
  const all: StateQuery = { kind: 'range', from: 'due/', to: null }
  checkGolden('ledger-proofs.json', {
    root: state.root(),
    present: toHex(proveState(state, [present])),
    absent: toHex(proveState(state, [absent])),
    range: toHex(proveState(state, [range])),
    queries: toHex(encodeAs(queriesCodec, [present, absent, range, all]))
  })
})
