import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  encodeFrameLength,
  FrameError,
  type FrameErrorCode,
  FrameReader
} from '../../protocols/framing/index.ts'
import { seededRandom } from '../support/seeded-random.ts'

const MAX = 300

function reading(maxBytes = MAX) {
  const frames: Uint8Array[] = []
  const reader = new FrameReader({
    maxBytes,
    // Larger than asked for, and used again: what is given out is a view of it.
    room: bytes => new Uint8Array(bytes + 7),
    frame: body => void frames.push(body)
  })
  return { reader, frames }
}

const as = (code: FrameErrorCode) => (error: unknown) =>
  error instanceof FrameError && error.code === code

test('frames come out whole, however the bytes are cut', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed)
    const bodies = Array.from({ length: 30 }, (_, at) =>
      new Uint8Array(random.integer(at % 3 === 0 ? 3 : MAX + 1)).fill(random.integer(256))
    )
    const bytes = Buffer.concat(bodies.flatMap(body => [encodeFrameLength(body.length), body]))
    const { reader, frames } = reading()
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.integer(random.integer(5) === 0 ? MAX : 4)
      reader.feed(bytes.subarray(at, end))
      at = end
    }
    reader.end()
    assert.deepEqual(
      frames.map(frame => Buffer.from(frame).toString('hex')),
      bodies.map(body => Buffer.from(body).toString('hex')),
      `seed ${seed}`
    )
  }
})

test('a frame that is too large, or whose length is not minimal, is refused before it is kept', () => {
  const { reader } = reading(100)
  assert.throws(() => reader.feed(encodeFrameLength(101)), as('OVERSIZED'))
  assert.throws(() => reading().reader.feed(Uint8Array.of(0x81, 0x00)), as('MALFORMED'))
  assert.throws(
    () => reading().reader.feed(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x01)),
    as('MALFORMED')
  )
})

test('an end in the middle of a length or of a body is told', () => {
  for (const piece of [Uint8Array.of(0x80), Uint8Array.of(2, 1)]) {
    const { reader } = reading()
    reader.feed(piece)
    assert.throws(() => reader.end(), as('TRUNCATED'))
  }
})
