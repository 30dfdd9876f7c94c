import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Busyness, LinkMeter, SendMeter } from '../../../node/transfer/index.ts'

class HandClock implements Busyness {
  #nowMs = 0
  #activeMs = 0
  nowMs(): number {
    return this.#nowMs
  }
  activeMs(): number {
    return this.#activeMs
  }
  wait(ms: number): void {
    this.#nowMs += ms
  }
  work(ms: number): void {
    this.#nowMs += ms
    this.#activeMs += ms
  }
}

const MB = 1_000_000

test('a receiver that only waits measures what comes in a second', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  clock.wait(499)
  meter.arrived(MB)
  assert.equal(meter.rate, 0)
  clock.wait(1)
  meter.arrived(MB)
  assert.equal(meter.rate, 4 * MB)
})

test('a receiver that works half of the time measures a link twice as fast', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  clock.wait(250)
  clock.work(250)
  meter.arrived(MB)
  assert.equal(meter.rate, 4 * MB)
})

test('a sender counts only the time in which its writes wait', async () => {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  clock.wait(400)
  clock.work(50)
  await meter.sending(MB, async () => clock.wait(50))
  assert.equal(meter.rateWith(1), 20 * MB)
})

test('a sender that is busy while it writes does not take the link for slow', async () => {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  await meter.sending(MB, async () => clock.work(1_000))
  assert.equal(meter.rateWith(1), 1_000 * MB)
})

test('a sender that waits for a fifth of the time is held up by the link: the receiver knows how fast it is', async () => {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  clock.work(401)
  await meter.sending(MB, async () => clock.wait(99))
  assert.equal(meter.rateWith(7), 10_101_010)
  clock.work(400)
  await meter.sending(MB, async () => clock.wait(100))
  assert.equal(meter.rateWith(7), 7)
})

test('no rate is known before both have measured', async () => {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  assert.equal(meter.rateWith(7), 0)
  await meter.sending(MB, async () => clock.wait(500))
  assert.equal(meter.rateWith(0), 0)
  assert.equal(meter.rateWith(MB), MB)
})

test('a write that fails is no measurement, and its failure is heard', async () => {
  const meter = new SendMeter(new HandClock())
  await assert.rejects(
    meter.sending(MB, () => Promise.reject(new Error('the stream is gone'))),
    /the stream is gone/
  )
  assert.equal(meter.rateWith(1), 0)
})
