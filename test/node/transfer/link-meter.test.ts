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

test('a receiver that only waits measures what comes in a second, from its first arrival on', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  clock.wait(3_000)
  meter.arrived(MB)
  clock.wait(24)
  meter.arrived(MB)
  assert.equal(meter.rate, 0, 'the first window is not over')
  clock.wait(1)
  meter.arrived(MB)
  assert.equal(meter.rate, 80 * MB, '2 MB in 25 ms')
})

test('a receiver that works half of the time measures a link twice as fast', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  meter.arrived(MB)
  clock.wait(50)
  clock.work(50)
  meter.arrived(MB)
  assert.equal(meter.rate, 20 * MB)
})

test('what was measured before counts half', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  meter.arrived(MB)
  clock.wait(100)
  meter.arrived(2 * MB)
  assert.equal(meter.rate, 20 * MB)
  clock.wait(50)
  meter.arrived(3 * MB)
  assert.equal(meter.rate, 40 * MB, '3 MB and half of 2 MB in 50 ms and half of 100 ms')
})

test('windows grow to half a second', () => {
  const clock = new HandClock()
  const meter = new LinkMeter(clock)
  meter.arrived(0)
  for (const windowMs of [25, 50, 100, 200, 400, 500, 500]) {
    const before = meter.rate
    clock.wait(windowMs - 1)
    meter.arrived(MB)
    assert.equal(meter.rate, before, `1 ms before ${windowMs}`)
    clock.wait(1)
    meter.arrived(0)
    assert.notEqual(meter.rate, before, `after ${windowMs} ms`)
  }
})

/** A sender that packs and sends 1 MB in each tenth of a second, and so has gone at 10 MB/s. */
async function sender(): Promise<{ readonly clock: HandClock; readonly meter: SendMeter }> {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  for (let nth = 0; nth < 10; nth++) {
    await meter.packing(async () => clock.work(20))
    await meter.sending(MB, async () => clock.wait(80))
  }
  return { clock, meter }
}

test('no rate is known before the receiver has measured, and the sender has packed', async () => {
  const { meter } = await sender()
  assert.equal(meter.rateWith(0), 0)
  const fresh = new SendMeter(new HandClock())
  await fresh.sending(MB, () => Promise.resolve())
  assert.equal(fresh.rateWith(MB), 0)
})

test('a receiver that waits for most of the time is held up by the link: what goes is what the link takes', async () => {
  const { meter } = await sender()
  assert.equal(meter.rateWith(16 * MB), 10 * MB)
})

test('a receiver that measures less than what has gone is believed: the rest lies in buffers', async () => {
  const { meter } = await sender()
  assert.equal(meter.rateWith(7 * MB), 7 * MB)
})

test('a receiver that is busy hides a faster link, up to four times as fast as what goes', async () => {
  const { meter } = await sender()
  for (const [received, seen] of [
    [17, 17],
    [40, 40],
    [41, 40]
  ] as const) {
    assert.equal(meter.rateWith(received * MB), seen * MB)
  }
})

test('while four packings are under way and nothing is sent, the receiver does not wait for the link', async () => {
  const clock = new HandClock()
  const meter = new SendMeter(clock)
  const { done, packings } = packingsUnderWay(meter, 4)
  clock.wait(100)
  done()
  await packings
  await meter.sending(MB, async () => clock.wait(100))
  assert.equal(meter.rateWith(6 * MB), 9 * MB, 'a third of the time, as what is older counts half')
})

test('three packings under way, or four while something is sent, are no queue', async () => {
  const { clock, meter } = await sender()
  const three = packingsUnderWay(meter, 3)
  clock.wait(50)
  const fourth = packingsUnderWay(meter, 1)
  await meter.sending(MB, async () => clock.wait(50))
  assert.equal(meter.rateWith(7 * MB), 7 * MB)
  three.done()
  fourth.done()
  await Promise.all([three.packings, fourth.packings])
})

test('what fails counts for nothing, and its failure is heard', async () => {
  const { meter } = await sender()
  const gone = () => Promise.reject(new Error('the stream is gone'))
  await assert.rejects(meter.sending(MB, gone), /the stream is gone/)
  await assert.rejects(meter.packing(gone), /the stream is gone/)
  assert.equal(meter.rateWith(16 * MB), 10 * MB)
})

function packingsUnderWay(
  meter: SendMeter,
  count: number
): { readonly done: () => void; readonly packings: Promise<unknown> } {
  let done = (): void => undefined
  const until = new Promise<void>(resolve => {
    done = resolve
  })
  const packings = Array.from({ length: count }, () => meter.packing(() => until))
  return { done, packings: Promise.all(packings) }
}
