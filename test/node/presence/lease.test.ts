import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Lease,
  type LeaseEvent,
  NO_LEASE,
  PAUSE_AGAIN_MS,
  stepLease
} from '../../../node/presence/lease.ts'

const LEASE_MS = 60_000

test('a header that is younger than a lease gives the lease, one that is as old as it does not', () => {
  assert.equal(after(NO_LEASE, header(1_000, 1_000 + LEASE_MS - 1)).phase, 'held')
  assert.equal(after(NO_LEASE, header(1_000, 1_000 + LEASE_MS)).phase, 'lapsed')
})

test('the guests are paused when the newest header is a lease old, and not before', () => {
  const held = after(NO_LEASE, header(1_000, 1_500))
  const early = stepLease(held, alarm(1_000 + LEASE_MS - 1), LEASE_MS)
  assert.deepEqual(early, { state: held, effects: [{ type: 'wake', afterMs: 1 }] })
  const late = stepLease(held, alarm(1_000 + LEASE_MS), LEASE_MS)
  assert.equal(late.state.phase, 'lapsed')
  assert.deepEqual(
    late.effects.map(effect => effect.type),
    ['tell', 'pause', 'wake']
  )
})

test('a guest that still runs after the lease is met again, and nobody is told twice', () => {
  const lapsed = after(after(NO_LEASE, header(0, 0)), alarm(LEASE_MS))
  assert.deepEqual(stepLease(lapsed, alarm(LEASE_MS + PAUSE_AGAIN_MS), LEASE_MS).effects, [
    { type: 'pause' },
    { type: 'wake', afterMs: PAUSE_AGAIN_MS }
  ])
})

test('old headers that come in while a host catches up do not give the lease back', () => {
  const lapsed = after(after(NO_LEASE, header(0, 0)), alarm(LEASE_MS))
  const catchingUp = stepLease(lapsed, header(LEASE_MS, 2 * LEASE_MS), LEASE_MS)
  assert.deepEqual([catchingUp.state.phase, catchingUp.effects], ['lapsed', []])
  const caughtUp = stepLease(lapsed, header(2 * LEASE_MS - 10, 2 * LEASE_MS), LEASE_MS)
  assert.equal(caughtUp.state.phase, 'held')
  assert.deepEqual(caughtUp.effects.at(-1), { type: 'wake', afterMs: LEASE_MS - 10 })
})

test('a host whose clock is behind holds its lease no longer than from when the header came', () => {
  const { effects } = stepLease(NO_LEASE, header(50_000, 20_000), LEASE_MS)
  assert.deepEqual(effects.at(-1), { type: 'wake', afterMs: LEASE_MS })
})

test('a header that says less than the one before takes nothing of the lease', () => {
  const held = after(NO_LEASE, header(5_000, 5_000))
  assert.deepEqual(after(held, header(4_000, 5_000)), held)
})

function after(state: Lease, event: LeaseEvent): Lease {
  return stepLease(state, event, LEASE_MS).state
}

function header(timeMs: number, nowMs: number): LeaseEvent {
  return { type: 'header', timeMs, nowMs }
}

function alarm(nowMs: number): LeaseEvent {
  return { type: 'alarm', nowMs }
}
