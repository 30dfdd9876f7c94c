import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Packer, unpack } from '../../../node/transfer/packing.ts'

const MB = 1_000_000
const text = Buffer.from('the quick brown fox '.repeat(50_000))

test('nothing is packed when the link is faster than the packer', async () => {
  const { encoding, bytes } = await new Packer(() => 0).pack(text, 400 * MB)
  assert.equal(encoding, 'plain')
  assert.equal(bytes, text)
})

test('while the rate is unknown the fastest quality is used', async () => {
  const packer = new Packer(() => 0)
  assert.equal(packer.quality(0), 0)
  assert.equal((await packer.pack(text, 0)).encoding, 'brotli')
})

test('the slower the link, the harder is packed', () => {
  const packer = new Packer(() => 0)
  const qualities = [221, 200, 150, 100, 40, 20].map(rate => packer.quality(rate * MB))
  assert.deepEqual(qualities, [undefined, 0, 1, 2, 4, 5])
})

test('what is packed unpacks to the same bytes, and is shorter', async () => {
  const { encoding, bytes } = await new Packer(() => 0).pack(text, 5 * MB)
  assert.equal(encoding, 'brotli')
  assert.ok(bytes.byteLength < text.byteLength / 10)
  const back = await unpack({ encoding, bytes, sizeBytes: text.byteLength })
  assert.ok(Buffer.from(back).equals(text))
})

test('what packing does not make shorter goes as it is', async () => {
  const noise = randomBytes(200_000)
  const { encoding, bytes } = await new Packer(() => 0).pack(noise, 5 * MB)
  assert.equal(encoding, 'plain')
  assert.equal(bytes, noise)
})

test('a packer that turns out to be slow is asked for less', async () => {
  let ms = 0
  const packer = new Packer(() => {
    ms += 500
    return ms
  })
  assert.equal(packer.quality(20 * MB), 5)
  for (let nth = 0; nth < 10; nth++) await packer.pack(text, 20 * MB)
  assert.notEqual(packer.quality(20 * MB), 5)
})

test('packings that share the processor are not taken for slow ones', async () => {
  let calls = 0
  // Four begin, and all end 160 ms later: alone each seems to make 6 MB/s, together they make 25.
  const packer = new Packer(() => Math.floor(calls++ / 4) * 160)
  for (let nth = 0; nth < 3; nth++) {
    await Promise.all([1, 2, 3, 4].map(() => packer.pack(text, 5 * MB)))
  }
  assert.equal(packer.quality(5 * MB), 5)
})

test('packed bytes that unpack to more or less than announced are refused', async () => {
  const { encoding, bytes } = await new Packer(() => 0).pack(text, 5 * MB)
  for (const sizeBytes of [text.byteLength - 1, text.byteLength + 1]) {
    await assert.rejects(unpack({ encoding, bytes, sizeBytes }), RangeError)
  }
})
