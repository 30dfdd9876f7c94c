import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountRecord, Due, LedgerState } from '../../../ledger/index.ts'
import {
  accountIdOf,
  changes,
  encodeAs,
  fields,
  initialState,
  restoreState,
  toHex
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const SEED = 20_041_101

const empty = initialState(sample.genesis, testCrypto)

function accountOf(number: number): AccountRecord {
  const key = toHex(testCrypto.sha256(new Uint8Array([number >> 8, number & 255])))
  // Names that begin with one another: a, aa, aaa … are the hard case of a tree over bits.
  const name = 'a'.repeat(1 + (number % 31)) + (number > 30 ? String(number) : '')
  return { ...sample.account, id: accountIdOf(key, testCrypto), key, name }
}

function withAccounts(state: LedgerState, numbers: readonly number[]): LedgerState {
  const draft = state.draft(state.height + 1, state.timeMs + 1)
  for (const number of numbers) draft.putAccount(accountOf(number))
  return draft.commit()
}

test(`the same content has the same root in whatever order it came (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const numbers = Array.from({ length: 200 }, (_, number) => number)
  const root = withAccounts(empty, numbers).root()
  for (let round = 0; round < 10; round++) {
    let state = empty
    let rest = random.shuffled(numbers)
    while (rest.length > 0) {
      const count = 1 + random.integer(40)
      state = withAccounts(state, rest.slice(0, count))
      rest = rest.slice(count)
    }
    assert.equal(state.root(), root)
  }
})

test(`what was put and taken away leaves no trace in the root (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const before = withAccounts(empty, [1, 2, 3])
  const dues = Array.from(
    { length: 100 },
    (): Due => ({ atMs: random.integer(1_000), machine: sample.machineUuid, kind: 'storage' })
  )
  const draft = before.draft(2, before.timeMs + 1)
  for (const due of dues) draft.schedule(due)
  assert.notEqual(draft.commit().root(), before.root())
  for (const due of random.shuffled(dues)) draft.unschedule(due)
  assert.equal(draft.commit().root(), before.root())
})

test('the root of one and of two keys is that of the formula in SPEC.md', () => {
  const hash = (...parts: Uint8Array[]): Uint8Array => testCrypto.sha256(Buffer.concat(parts))
  const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'ascii'))
  const leaf = (key: string, value: Uint8Array): Uint8Array =>
    hash(new Uint8Array([0]), hash(ascii(key)), hash(value))
  const draft = empty.draft(1, empty.timeMs + 1)
  draft.issue(1n)
  const issued = leaf('issued', encodeAs(fields.money, 1n))
  assert.equal(draft.commit().root(), toHex(issued))
  draft.schedule({ atMs: 5, machine: sample.machineUuid, kind: 'storage' })
  const due = leaf(
    `due/0000000000000005/${sample.machineUuid}/storage`,
    encodeAs(fields.flag, true)
  )
  // 'd' is 01100100 and 'i' is 01101001: they part at bit 4, and 'd' has 0 there.
  const root = hash(new Uint8Array([1, 0, 0, 0, 4]), due, issued)
  assert.equal(draft.commit().root(), toHex(root))
})

test('changing one field of one record changes the root', () => {
  const before = withAccounts(empty, [1, 2, 3])
  const draft = before.draft(2, before.timeMs + 1)
  draft.putAccount({ ...accountOf(2), nonce: 2 })
  assert.notEqual(draft.commit().root(), before.root())
})

test(`a tree agrees with a sorted list about order, presence and neighbours (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const draft = empty.draft(1, empty.timeMs + 1)
  const model = new Map<number, Due>()
  for (let round = 0; round < 600; round++) {
    const due: Due = { atMs: random.integer(150), machine: sample.machineUuid, kind: 'storage' }
    if (random.integer(3) === 0) {
      draft.unschedule(due)
      model.delete(due.atMs)
    } else {
      draft.schedule(due)
      model.set(due.atMs, due)
    }
    const sorted = [...model.values()].sort((a, b) => a.atMs - b.atMs)
    assert.deepEqual([...draft.dues()], sorted)
    assert.deepEqual(draft.nextDue(), sorted[0])
    const after = { ...due, atMs: random.integer(150) }
    assert.deepEqual(
      draft.nextDue(after),
      sorted.find(one => one.atMs > after.atMs)
    )
  }
})

test(`changes turn a stored state into the next, with the same root (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  const store = new Map<string, Uint8Array>()
  let state = empty
  for (let height = 1; height <= 30; height++) {
    const draft = state.draft(height, state.timeMs + 1)
    for (let i = 0; i < 5; i++) draft.putAccount(accountOf(random.integer(60)))
    const uuid = sample.machineUuid
    if (height % 3 === 0) draft.removeMachine(uuid)
    else draft.putMachine({ ...sample.machine, version: height })
    draft.issue(1n)
    const next = draft.commit()
    for (const { key, value } of changes(state, next)) {
      if (value === null) store.delete(key)
      else store.set(key, value)
    }
    state = next
    const at = { height, timeMs: state.timeMs }
    const restored = restoreState(sample.genesis, testCrypto, at, store)
    assert.equal(restored.root(), state.root())
    assert.deepEqual(changes(empty, restored), changes(empty, state))
  }
})

test('changes are as few as what was changed', () => {
  const before = withAccounts(empty, [1, 2, 3, 4, 5])
  const draft = before.draft(2, before.timeMs + 1)
  draft.putAccount({ ...accountOf(2), nonce: 2 })
  const keys = changes(before, draft.commit()).map(change => change.key)
  assert.deepEqual(keys, [`account/${accountOf(2).id}`])
})

test('damaged bytes of a store are refused, and a lost entry gives another root', () => {
  const state = withAccounts(empty, [1, 2, 3])
  const entries = changes(empty, state).map(({ key, value }) => [key, value] as const)
  const at = { height: 1, timeMs: state.timeMs }
  const present = entries.filter((entry): entry is [string, Uint8Array] => entry[1] !== null)
  const lost = restoreState(sample.genesis, testCrypto, at, present.slice(1))
  assert.notEqual(lost.root(), state.root())
  const damaged = present.map(([key, value]) => [key, value.subarray(1)] as const)
  assert.throws(() => restoreState(sample.genesis, testCrypto, at, damaged))
  assert.throws(() =>
    restoreState(sample.genesis, testCrypto, at, [['wallet/1', new Uint8Array(1)]])
  )
})
