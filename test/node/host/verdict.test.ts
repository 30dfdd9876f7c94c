import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Billing, MachineRecord } from '../../../ledger/index.ts'
import { type Findings, judgeGuest } from '../../../node/host/verdict.ts'
import { hostUuid, machine as sample } from '../../support/ledger-samples.ts'

const GRACE_MS = 1_000
const HALT: Billing['halt'] = { reason: 'limit', atMs: 0 }

test('a started machine whose guest is down fell, whether it is paid for or not', () => {
  assert.equal(judge(started(), { status: 'down' }), 'fell')
  assert.equal(judge(started({ halt: HALT }), { status: 'down' }), 'fell')
  assert.equal(judge(started(), { status: 'running' }), 'nothing')
})

test('a held guest of a started machine is let go under the lease only', () => {
  assert.equal(judge(started(), { status: 'held' }), 'let-go')
  assert.equal(judge(started(), { status: 'held', leaseHeld: false }), 'nothing')
})

test('a machine that is not paid for is suspended, and told again if nobody heard of it', () => {
  assert.equal(judge(started({ halt: HALT }), { status: 'running' }), 'suspend')
  assert.equal(judge(started({ halt: HALT }), { status: 'suspended' }), 'suspend')
})

test('a machine whose limit was raised while it was being suspended runs again', () => {
  assert.equal(judge(started(), { status: 'suspended' }), 'resume')
  assert.equal(judge(started(), { status: 'suspended', leaseHeld: false }), 'nothing')
})

test('a released machine is ended, then sealed once, and left alone from then on', () => {
  const released: MachineRecord = { ...resting('stopped'), version: 4 }
  assert.equal(judge(released, { status: 'running' }), 'end')
  assert.equal(judge(released, { status: 'suspended' }), 'end')
  assert.equal(judge(released, { status: 'down' }), 'seal')
  const sealed = { ...released, sealed: { version: 4, state: 'stopped' as const } }
  assert.equal(judge(sealed, { status: 'down' }), 'nothing')
})

test('an older version whose host is the holder again is written down as the machine', () => {
  assert.equal(judge(resting('stored'), { status: 'down', role: 'cached' }), 'take-up')
  assert.equal(judge(resting('stopped'), { status: 'down', role: 'cached' }), 'take-up')
})

test('nothing is done to a machine on the move', () => {
  assert.equal(judge({ ...sample, state: 'migrating' }, { status: 'down' }), 'nothing')
  const elsewhere = { ...resting('stored'), holder: null }
  assert.equal(judge(elsewhere, { status: 'down', arriving: true }), 'nothing')
})

test('a machine is evicted at the end of the grace and not before', () => {
  const noticed = { ...resting('stored'), noticeAtMs: 500 }
  assert.equal(judge(noticed, { timeMs: 500 + GRACE_MS - 1 }), 'nothing')
  assert.equal(judge(noticed, { timeMs: 500 + GRACE_MS }), 'evict')
  const { billing } = resting('stored')
  const unpaid = { ...resting('stored'), billing: { ...billing, storageUnpaidSinceMs: 200 } }
  assert.equal(judge(unpaid, { timeMs: 200 + GRACE_MS - 1 }), 'nothing')
  assert.equal(judge(unpaid, { timeMs: 200 + GRACE_MS }), 'evict')
})

test('one that runs is not evicted before it rests, because the ledger would refuse', () => {
  const noticed = { ...started(), noticeAtMs: 0 }
  assert.equal(judge(noticed, { status: 'running', timeMs: GRACE_MS }), 'nothing')
})

test('a guest of a machine that is not held here is ended, and its files are put away', () => {
  for (const gone of [undefined, { ...resting('stored'), holder: null }]) {
    assert.equal(judge(gone, { status: 'running' }), 'end')
    assert.equal(judge(gone, { status: 'down', role: 'holder' }), 'put-away')
    assert.equal(judge(gone, { status: 'down', role: 'cached' }), 'put-away')
    assert.equal(judge(gone, { status: 'down', role: null }), 'nothing')
  }
})

test('the older version of a machine that another host holds is kept', () => {
  const elsewhere = { ...resting('stored'), holder: '00000000-0000-8000-8000-000000000009' }
  assert.equal(judge(elsewhere, { status: 'down', role: 'holder' }), 'put-away')
  assert.equal(judge(elsewhere, { status: 'down', role: 'cached' }), 'nothing')
})

function judge(machine: MachineRecord | undefined, changed: Partial<Findings> = {}) {
  return judgeGuest({
    host: hostUuid,
    machine,
    status: 'down',
    role: 'holder',
    arriving: false,
    leaseHeld: true,
    timeMs: 0,
    graceMs: GRACE_MS,
    ...changed
  })
}

function started(billing: Partial<Billing> = {}): MachineRecord {
  return { ...held('started'), billing: { ...sample.billing, halt: null, ...billing } }
}

function resting(state: 'stored' | 'stopped'): MachineRecord {
  const sealed = { version: sample.version, state }
  return { ...held(state), sealed, billing: { ...sample.billing, storageUnpaidSinceMs: null } }
}

function held(state: MachineRecord['state']): MachineRecord {
  return { ...sample, state, holder: hostUuid, noticeAtMs: null }
}
