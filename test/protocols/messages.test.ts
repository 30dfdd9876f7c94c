import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { decodeMessage, encodeMessage, FrameError } from '../../protocols/framing/index.ts'
import { SAMPLES } from './golden.ts'
import { VECTORS } from './vectors.ts'

for (const { name, kind, message } of SAMPLES) {
  test(`${name} comes back as it was sent`, () => {
    assert.deepEqual(decodeMessage(kind, encodeMessage(kind, message)), message)
  })
}

test('the bytes of every message are what they were when the format was fixed', () => {
  const now = SAMPLES.map(({ name, kind, message }) => {
    const bytes = encodeMessage(kind, message)
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    return `${name} ${bytes.byteLength} ${digest}`
  })
  assert.deepEqual(now, VECTORS)
})

/** mulberry32: small, seeded, good enough to choose which bit to flip. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function mutate(golden: Uint8Array, next: () => number): Uint8Array {
  const at = Math.floor(next() * golden.length)
  switch (Math.floor(next() * 4)) {
    case 0:
      return golden.slice(0, at)
    case 1:
      return Uint8Array.from([...golden, Math.floor(next() * 256)])
    case 2: {
      const flipped = golden.slice()
      flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(next() * 8))
      return flipped
    }
    default: {
      const stuffed = golden.slice()
      stuffed.fill(0xff, at, at + 9)
      return stuffed
    }
  }
}

const SEED = 2004
const MUTATIONS = 300

for (const { name, kind, message } of SAMPLES) {
  test(`${name}: ${MUTATIONS} damaged frames (seed ${SEED}) are refused by type or read as another message`, () => {
    const golden = Uint8Array.from(encodeMessage(kind, message))
    const next = random(SEED)
    let refused = 0
    for (let i = 0; i < MUTATIONS; i++) {
      const damaged = mutate(golden, next)
      try {
        const read = decodeMessage(kind, damaged)
        // Canonical: whatever is accepted has exactly these bytes.
        assert.deepEqual(Uint8Array.from(encodeMessage(kind, read)), Uint8Array.from(damaged))
      } catch (error) {
        assert.ok(error instanceof FrameError && error.code === 'MALFORMED', String(error))
        assert.ok(error.message.length < 1_000)
        refused += 1
      }
    }
    assert.ok(refused > MUTATIONS / 4, `${refused} were refused`)
  })

  test(`${name} is refused when it is cut short anywhere`, () => {
    const golden = Uint8Array.from(encodeMessage(kind, message))
    for (let length = 0; length < golden.length; length++) {
      assert.throws(
        () => decodeMessage(kind, golden.subarray(0, length)),
        (error: unknown) => error instanceof FrameError && error.code === 'MALFORMED'
      )
    }
  })

  test(`${name} is refused above its size without being read`, () => {
    const oversized = new Uint8Array(kind.limits.bytesMax + 1).fill(0x81)
    assert.throws(
      () => decodeMessage(kind, oversized),
      (error: unknown) => error instanceof FrameError && error.message.includes('at most')
    )
  })
}
