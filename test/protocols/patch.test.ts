import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { applyPatch, patchOf, signaturesOf } from '../../protocols/blocks/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import { seededRandom } from '../support/seeded-random.ts'

const malformed = (error: unknown): boolean =>
  error instanceof FrameError && error.code === 'MALFORMED'

test('a patch makes the new bytes of the old ones, whatever changed, and has no more than that', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed)
    const length = random.integer(9_000)
    const old = Uint8Array.from({ length }, () => random.integer(256))
    const present = old.slice()
    const touched = new Set<number>()
    for (let nth = 0; length > 0 && nth < random.integer(20); nth++) {
      const at = random.integer(length)
      present[at] = ((present[at] ?? 0) + 1 + random.integer(255)) % 256
      touched.add(at >> 8)
    }
    const patch = patchOf(present, signaturesOf(old, crc32), crc32)
    const differ = [...touched].filter(
      piece =>
        Buffer.compare(
          old.subarray(piece << 8, (piece + 1) << 8),
          present.subarray(piece << 8, (piece + 1) << 8)
        ) !== 0
    )
    assert.ok(patch.byteLength <= Math.ceil(length / 2_048) + 256 * differ.length, `seed ${seed}`)
    applyPatch(old, patch)
    assert.ok(Buffer.from(old).equals(present), `seed ${seed}`)
  }
})

test('signatures are CRC-32 of 256 bytes each, in network order', () => {
  const signatures = signaturesOf(new TextEncoder().encode('123456789'), crc32)
  assert.deepEqual([...signatures], [0xcb, 0xf4, 0x39, 0x26])
  assert.equal(signaturesOf(new Uint8Array(513), crc32).byteLength, 12)
})

test('signatures, and patches, that do not fit are refused', () => {
  assert.throws(() => patchOf(new Uint8Array(256), new Uint8Array(8), crc32), malformed)
  const patch = patchOf(
    new Uint8Array(600).fill(1),
    signaturesOf(new Uint8Array(600), crc32),
    crc32
  )
  assert.equal(patch.byteLength, 1 + 600)
  for (const wrong of [
    patch.subarray(0, -1),
    Buffer.concat([patch, Uint8Array.of(1)]),
    patch.subarray(0, 0)
  ])
    if (wrong.byteLength > 0) assert.throws(() => applyPatch(new Uint8Array(600), wrong), malformed)
  assert.throws(() => applyPatch(new Uint8Array(600), new Uint8Array()), malformed)
})
