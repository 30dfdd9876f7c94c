import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle, type ThrottleClock } from '../../../node/transfer/throttle.ts'

const never = new AbortController().signal

/** Sleeping is what makes its time pass. */
class SleepingClock implements ThrottleClock {
  ms = 10_000
  nowMs(): number {
    return this.ms
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.ms += ms
  }
}

test('so many bytes a second go through, after a burst of a tenth of a second', async () => {
  const clock = new SleepingClock()
  const throttle = new Throttle(1_000_000, clock)
  for (let taken = 0; taken < 50; taken++) await throttle.take(100_000, never)
  assert.equal(clock.ms - 10_000, 4_900)
})

test('who was idle may not make up for it', async () => {
  const clock = new SleepingClock()
  const throttle = new Throttle(1_000_000, clock)
  await throttle.take(100_000, never)
  clock.ms += 60_000
  await throttle.take(1_100_000, never)
  assert.equal(clock.ms - 70_000, 1_000)
})

test('all moves of a host share the limit', async () => {
  const clock = new SleepingClock()
  const throttle = new Throttle(1_000_000, clock)
  await Promise.all([throttle.take(600_000, never), throttle.take(500_000, never)])
  assert.ok(clock.ms - 10_000 >= 1_000)
})

test('without a limit nobody waits, and who is called off does not go on', async () => {
  const clock = new SleepingClock()
  await new Throttle(Infinity, clock).take(1e12, never)
  assert.equal(clock.ms, 10_000)
  const off = AbortSignal.abort(new Error('the move is over'))
  await assert.rejects(new Throttle(1, clock).take(1, off), /the move is over/)
})
