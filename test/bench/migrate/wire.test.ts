import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../support/manual-clock.ts'
import { Line, UNDER_WAY_MAX_BYTES, Wire } from './wire.ts'

const BYTES_PER_MS = 12_500
const DELAY_MS = 10

class Receiver {
  readonly clock = new ManualClock(0)
  readonly line = new Line({ clock: this.clock, bytesPerMs: BYTES_PER_MS, delayMs: DELAY_MS })
  readonly got: Buffer[] = []
  readonly untaken: (() => void)[] = []
  takes = true
  finished = 0
  rooms = 0

  wire(): Wire {
    return new Wire({
      line: this.line,
      deliver: (bytes, taken) => {
        this.got.push(Buffer.from(bytes))
        if (this.takes) taken()
        else this.untaken.push(taken)
      },
      finish: () => {
        this.finished += 1
      },
      room: () => {
        this.rooms += 1
      }
    })
  }

  get bytes(): number {
    return this.got.reduce((sum, part) => sum + part.length, 0)
  }
}

function pattern(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, at) => at).buffer)
}

test('2 MB take 160 ms and the delay, never faster than 12,500 bytes a millisecond', () => {
  const receiver = new Receiver()
  const wire = receiver.wire()
  const sent = pattern(2_000_000)
  wire.send(sent)
  for (let ms = 0; ms < 170; ms++) {
    const onTime = Math.max(0, ms - DELAY_MS) * BYTES_PER_MS
    assert.ok(receiver.bytes <= onTime, `${receiver.bytes} bytes after ${ms} ms`)
    assert.ok(receiver.bytes >= onTime - BYTES_PER_MS, `${receiver.bytes} bytes after ${ms} ms`)
    receiver.clock.advance(1)
  }
  assert.deepEqual(Buffer.concat(receiver.got), sent)
})

test('two connections share one line', () => {
  const receiver = new Receiver()
  const [one, other] = [receiver.wire(), receiver.wire()]
  one.send(pattern(1_000_000))
  other.send(pattern(1_000_000))
  receiver.clock.advance(169)
  assert.ok(receiver.bytes < 2_000_000, 'both have arrived a millisecond too soon')
  receiver.clock.advance(1)
  assert.equal(receiver.bytes, 2_000_000)
  assert.equal(receiver.line.bytes, 2_000_000)
})

test('a line that was idle has not saved up its rate', () => {
  const receiver = new Receiver()
  receiver.clock.advance(1000)
  receiver.wire().send(pattern(1_000_000))
  receiver.clock.advance(DELAY_MS + 40)
  assert.equal(receiver.bytes, 500_000)
})

test('the end comes out after the bytes before it, and once', () => {
  const receiver = new Receiver()
  const wire = receiver.wire()
  wire.send(pattern(125_000))
  wire.end()
  receiver.clock.advance(19)
  assert.equal(receiver.finished, 0)
  receiver.clock.advance(1)
  assert.equal(receiver.bytes, 125_000)
  assert.equal(receiver.finished, 1)
})

test('the sender is told to wait at the limit and not one byte below it', () => {
  assert.equal(new Receiver().wire().send(Buffer.alloc(UNDER_WAY_MAX_BYTES - 1)), true)
  assert.equal(new Receiver().wire().send(Buffer.alloc(UNDER_WAY_MAX_BYTES)), false)
})

test('there is room again only when the receiver has taken what came out', () => {
  const receiver = new Receiver()
  receiver.takes = false
  const wire = receiver.wire()
  wire.send(Buffer.alloc(UNDER_WAY_MAX_BYTES))
  receiver.clock.advance(1000)
  assert.equal(receiver.bytes, UNDER_WAY_MAX_BYTES)
  assert.equal(receiver.rooms, 0)
  receiver.untaken[0]?.()
  assert.equal(receiver.rooms, 1)
  receiver.untaken[1]?.()
  assert.equal(receiver.rooms, 1, 'it was told once')
})

test('of a wire that was cut nothing more comes out', () => {
  const receiver = new Receiver()
  const wire = receiver.wire()
  wire.send(pattern(500_000))
  wire.end()
  receiver.clock.advance(20)
  wire.cut()
  const bytes = receiver.bytes
  receiver.clock.advance(1000)
  assert.equal(receiver.bytes, bytes)
  assert.equal(receiver.finished, 0)
})
