import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Crypto } from '../../ledger/index.ts'
import {
  BLOCK_BYTES,
  blocksReply,
  contentRoot,
  PART_BLOCKS_MAX,
  PART_BYTES_MAX,
  type PartShape,
  partHasher
} from '../../protocols/blocks/index.ts'
import { decodeMessage, encodeMessage, FrameError } from '../../protocols/framing/index.ts'
import { HASH } from './golden.ts'

let hashed = 0
const crypto: Crypto = {
  sha256(bytes) {
    hashed += 1
    return createHash('sha256').update(bytes).digest()
  },
  sha256Text: bytes => createHash('sha256').update(bytes).digest('binary'),
  verify: () => false
}

const disk = (sizeBytes: number): PartShape => ({ name: 'disk', format: 'disk-raw', sizeBytes })
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const sha = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 9162, section 2.1.1, word for word: the slow way. */
function mth(blocks: readonly Uint8Array[]): Uint8Array {
  const [first] = blocks
  if (first === undefined) return sha()
  if (blocks.length === 1) return sha(Uint8Array.of(0), first)
  let k = 1
  while (k * 2 < blocks.length) k *= 2
  return sha(Uint8Array.of(1), mth(blocks.slice(0, k)), mth(blocks.slice(k)))
}

test('the root of a part is that of RFC 9162 for 0 to 17 blocks, with and without a short last one', () => {
  for (let n = 0; n <= 17; n++) {
    for (const short of n === 0 ? [0] : [0, 1, BLOCK_BYTES - 1]) {
      const blocks = Array.from({ length: n }, (_, i) =>
        filled(i === n - 1 && short > 0 ? short : BLOCK_BYTES, i % 3)
      )
      const part = disk(blocks.reduce((sum, block) => sum + block.length, 0))
      const hasher = partHasher(crypto, part)
      for (const block of blocks) hasher.add(block)
      assert.deepEqual(hasher.root(), mth(blocks), `${n} blocks`)
    }
  }
})

test('zeros that are only counted give the root of zeros that are read', () => {
  const size = 21 * BLOCK_BYTES + 5
  const counted = partHasher(crypto, disk(size))
  counted.addZeros(3)
  counted.add(filled(BLOCK_BYTES, 9))
  counted.addZeros(18)
  const blocks = Array.from({ length: 22 }, (_, i) =>
    filled(i === 21 ? 5 : BLOCK_BYTES, i === 3 ? 9 : 0)
  )
  assert.deepEqual(counted.root(), mth(blocks))
})

test('an empty disk of 1 GiB costs a few dozen hashes', () => {
  hashed = 0
  const hasher = partHasher(crypto, disk(2 ** 30))
  hasher.addZeros(2 ** 16)
  assert.equal(hasher.root().byteLength, 32)
  assert.ok(hashed < 40, `${hashed} hashes`)
})

test('a block too many, too few, too short or too long is a fault of the caller', () => {
  const hasher = partHasher(crypto, disk(BLOCK_BYTES + 1))
  assert.throws(() => hasher.add(filled(BLOCK_BYTES - 1, 0)), RangeError)
  hasher.add(filled(BLOCK_BYTES, 0))
  assert.throws(() => hasher.root(), RangeError)
  assert.throws(() => hasher.add(filled(BLOCK_BYTES, 0)), RangeError)
  assert.throws(() => hasher.addZeros(2), RangeError)
  hasher.add(filled(1, 0))
  assert.throws(() => hasher.addZeros(1), RangeError)
})

const CONFIG: PartShape = { name: 'config', format: 'config-1', sizeBytes: 3 }
const ROOTS: readonly [string, readonly [PartShape, number][]][] = [
  ['config of 3 bytes 0x01', [[CONFIG, 1]]],
  ['disk of 0 bytes', [[disk(0), 0]]],
  ['disk of 1 MiB', [[disk(2 ** 20), 0]]],
  [
    'config of 3 bytes 0x01, disk of 40,000 bytes 0x02',
    [
      [CONFIG, 1],
      [disk(40_000), 2]
    ]
  ]
]

test('the roots in the specification are those of this code', () => {
  const path = new URL('../../../protocols/blocks/SPEC.md', import.meta.url)
  // Tables are padded by the formatter.
  const spec = readFileSync(path, 'utf8').replaceAll(/ +/g, ' ')
  for (const [name, parts] of ROOTS) {
    const roots = parts.map(([part, byte]) => {
      const hasher = partHasher(crypto, part)
      for (let at = 0; at < part.sizeBytes; at += BLOCK_BYTES) {
        hasher.add(filled(Math.min(BLOCK_BYTES, part.sizeBytes - at), byte))
      }
      return { part, root: hasher.root() }
    })
    const line = `| ${name} | \`${contentRoot(crypto, roots)}\` |`
    assert.ok(spec.includes(line), `SPEC.md lacks ${line}`)
  }
})

test('size and format are in the root', () => {
  const root = mth([])
  const plain = contentRoot(crypto, [{ part: disk(0), root }])
  assert.notEqual(plain, contentRoot(crypto, [{ part: disk(1), root }]))
  const other = { ...disk(0), format: 'disk-qcow2' }
  assert.notEqual(plain, contentRoot(crypto, [{ part: other, root }]))
})

const manifest = (sizeBytes: number): unknown => ({
  kind: 'outline',
  parts: [{ ...disk(0), sizeBytes }],
  partRoots: [HASH]
})

test('a manifest is taken up to 2^26 blocks and refused above, long before a billion', () => {
  const kind = blocksReply as typeof blocksReply & { codec: { write(value: unknown): never } }
  assert.equal(PART_BLOCKS_MAX, 2 ** 26)
  for (const size of [PART_BYTES_MAX - 1, PART_BYTES_MAX]) {
    const message = manifest(size) as Parameters<typeof kind.codec.write>[0]
    assert.deepEqual(decodeMessage(blocksReply, encodeMessage(kind, message)), message)
  }
  for (const size of [PART_BYTES_MAX + 1, 1e9 * BLOCK_BYTES]) {
    // The canonical bytes of the same manifest with a larger size, as a liar would write them.
    const honest = encodeMessage(kind, manifest(PART_BYTES_MAX) as never)
    const lie = Uint8Array.from(honest)
    const at = Buffer.from(honest).indexOf(Buffer.from('0000010000000000', 'hex'))
    assert.ok(at > 0)
    new DataView(lie.buffer).setBigUint64(at, BigInt(size))
    assert.throws(
      () => decodeMessage(blocksReply, lie),
      (error: unknown) => error instanceof FrameError && error.code === 'MALFORMED'
    )
  }
})

test('parts out of order or twice are refused', () => {
  const twice = { kind: 'outline', parts: [disk(0), disk(0)], partRoots: [HASH, HASH] } as const
  assert.throws(() => encodeMessage(blocksReply, twice), /out of place/)
})
