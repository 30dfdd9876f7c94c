import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialState, machineUuidOf } from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'

const empty = initialState(sample.genesis, testCrypto)

function populated(): ReturnType<typeof empty.draft> {
  const draft = empty.draft(1, empty.timeMs + 1)
  draft.putAccount(sample.account)
  draft.putHost(sample.host)
  draft.putMachine(sample.machine)
  draft.putMigration(sample.migration)
  draft.schedule({ atMs: 1_100_000_400_000, machine: sample.machineUuid, kind: 'migration' })
  draft.issue(1_000_000_000_000_000n)
  return draft
}

test('state roots are those of the golden file', () => {
  checkGolden('ledger-state.json', { empty: empty.root(), populated: populated().commit().root() })
})

test('a state before block 1 has the genesis time and holds nothing', () => {
  assert.deepEqual([empty.height, empty.timeMs, empty.issued], [0, sample.genesis.timeMs, 0n])
  assert.deepEqual([...empty.accounts()], [])
  assert.equal(empty.nextDue(), undefined)
})

test('records are found by each of their names', () => {
  const state = populated().commit()
  assert.equal(state.account(sample.buyerId), sample.account)
  assert.equal(state.accountNamed('alice'), sample.account)
  assert.equal(state.accountNamed('alic'), undefined)
  assert.equal(state.host(sample.hostUuid), sample.host)
  assert.equal(state.hostWithKey(sample.hostKey.publicKey), sample.host)
  assert.equal(state.machine(sample.machineUuid), sample.machine)
  assert.equal(state.migration(sample.machineUuid), sample.migration)
  assert.deepEqual([...state.migrations()], [sample.migration])
})

test("one owner's machines and hosts stand together", () => {
  const draft = populated()
  const uuid = machineUuidOf(sample.providerId, 1, testCrypto)
  const other = { ...sample.machine, uuid, owner: sample.providerId }
  draft.putMachine(other)
  assert.deepEqual([...draft.machines(sample.buyerId)], [sample.machine])
  assert.deepEqual([...draft.machines(sample.providerId)], [other])
  assert.equal([...draft.machines()].length, 2)
  assert.deepEqual([...draft.hosts(sample.buyerId)], [])
  assert.deepEqual([...draft.hosts(sample.providerId)], [sample.host])
})

test('a removed machine is found by none of its names', () => {
  const draft = populated()
  draft.removeMachine(sample.machineUuid)
  draft.removeMigration(sample.machineUuid)
  assert.equal(draft.machine(sample.machineUuid), undefined)
  assert.deepEqual([...draft.machines(sample.buyerId)], [])
  assert.equal(draft.migration(sample.machineUuid), undefined)
})

test('a nested draft shows its changes above only when merged', () => {
  const draft = populated()
  const dropped = draft.nested()
  dropped.issue(5n)
  assert.equal(draft.issued, sample.account.balance)
  const merged = draft.nested()
  merged.issue(7n)
  merged.merge()
  assert.equal(draft.issued, sample.account.balance + 7n)
})

test('a nested draft cannot undo what happened above it meanwhile', () => {
  const draft = populated()
  const nested = draft.nested()
  draft.issue(1n)
  assert.throws(() => nested.merge(), /changed while a nested one was open/)
})

test('a draft leaves the state it came from as it was', () => {
  const state = populated().commit()
  const root = state.root()
  const draft = state.draft(2, state.timeMs + 1)
  draft.removeMachine(sample.machineUuid)
  draft.putAccount({ ...sample.account, balance: 0n })
  assert.equal(state.root(), root)
  assert.equal(state.machine(sample.machineUuid), sample.machine)
  assert.deepEqual([draft.height, draft.timeMs], [2, state.timeMs + 1])
})

test('dues come in the order of time, machine and kind', () => {
  const draft = empty.draft(1, empty.timeMs + 1)
  const machine = sample.machineUuid
  const dues = [
    { atMs: 9, machine, kind: 'storage' },
    { atMs: 10, machine, kind: 'migration' },
    { atMs: 10, machine, kind: 'storage' },
    { atMs: 1_000_000_000_000, machine, kind: 'retention' }
  ] as const
  for (const due of dues.toReversed()) draft.schedule(due)
  assert.deepEqual([...draft.dues()], dues)
  assert.deepEqual(draft.nextDue(dues[1]), dues[2])
  assert.equal(draft.nextDue(dues[3]), undefined)
})
