import assert from 'node:assert/strict'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  pageExtents,
  pagesStream,
  savePages,
  UnknownStream
} from '../../../node/vmm/qemu/memory/index.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const PAGE = 4096
const RAM_MAX = 2 ** 20

const u8 = (value: number): Buffer => Buffer.from([value])
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const u64 = (value: number): Buffer =>
  Buffer.concat([u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32)])
const text = (words: string): Buffer => Buffer.concat([u8(words.length), Buffer.from(words)])
const page = (value: number): Buffer => Buffer.alloc(PAGE, value)

const cat = (...pieces: readonly Buffer[]): Buffer => Buffer.concat(pieces)

const footer = Buffer.concat([u8(0x7e), u32(2)])

/** Blocks of 5 pages and of 1: the second begins on the grid of 16 KiB, at 32 KiB. */
const LISTED: readonly (readonly [string, number])[] = [
  ['pc.ram', 5 * PAGE],
  ['vga', PAGE]
]

interface Made {
  readonly blocks?: readonly (readonly [string, number])[]
  readonly total?: number
  readonly first?: readonly Buffer[]
  readonly last?: readonly Buffer[]
  readonly tail?: Buffer
}

const TAIL = Buffer.from([4, 0, 0, 0, 9, 1, 2, 3, 0x7e, 0, 0, 0, 9, 0])

function streamOf(made: Made = {}): Buffer {
  const blocks = made.blocks ?? LISTED
  const total = made.total ?? blocks.reduce((sum, [, size]) => sum + size, 0)
  const part = (kind: number, pages: readonly Buffer[]): Buffer[] => [
    u8(kind),
    u32(2),
    ...pages,
    u64(0x10),
    footer
  ]
  return Buffer.concat([
    cat(u32(0x5145564d), u32(3)),
    cat(u8(7), u32(13), Buffer.from('pc-i440fx-7.2')),
    cat(u8(1), u32(2), text('ram'), u32(0), u32(4)),
    u64(total + 4),
    ...blocks.map(([id, size]) => Buffer.concat([text(id), u64(size)])),
    cat(u64(0x10), footer),
    ...part(2, made.first ?? FIRST),
    ...part(3, made.last ?? LAST),
    made.tail ?? TAIL
  ])
}

const FIRST = [
  cat(u64(0x08), text('pc.ram'), page(1)),
  cat(u64(PAGE + 0x28), page(2)),
  cat(u64(2 * PAGE + 0x22), u8(0)),
  cat(u64(3 * PAGE + 0x28), page(4))
]
const LAST = [
  cat(u64(4 * PAGE + 0x08), text('pc.ram'), page(5)),
  cat(u64(0x08), text('vga'), page(6))
]

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size))
}

async function file(t: TestContext): Promise<FileHandle> {
  const handle = await open(join(temporaryDirectory(t), 'memory'), 'w+')
  t.after(() => handle.close())
  return handle
}

async function saved(t: TestContext, stream: Buffer, chunk = 65_536): Promise<Buffer> {
  const handle = await file(t)
  await savePages(inChunks(stream, chunk), handle, RAM_MAX)
  const { size } = await handle.stat()
  const bytes = Buffer.alloc(size)
  await handle.read(bytes, 0, size, 0)
  return bytes
}

async function loaded(t: TestContext, bytes: Buffer): Promise<Buffer> {
  const handle = await file(t)
  await handle.write(bytes)
  const chunks = []
  for await (const chunk of pagesStream(handle)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

test('pages lie at their places, blocks on the grid of 16 KiB, the rest and a footer behind them', async t => {
  const stream = streamOf()
  const bytes = await saved(t, stream)
  const values = Array.from({ length: 9 }, (_, at) => bytes[at * PAGE])
  assert.deepEqual(values, [1, 2, 0, 4, 5, 0, 0, 0, 6])
  const ramBytes = 3 * 16_384
  const headLength = 8 + 18 + 17 + 8 + 15 + 12 + 8 + 5
  const frame = bytes.subarray(ramBytes)
  assert.deepEqual(frame.subarray(0, headLength), stream.subarray(0, headLength))
  assert.deepEqual(frame.subarray(headLength, headLength + TAIL.length), TAIL)
  // Pages 0, 1, 3, 4 and 8 of twelve hold something.
  const bits = frame.subarray(headLength + TAIL.length, headLength + TAIL.length + 2)
  assert.deepEqual([...bits], [0b00011011, 0b1])
  const end = frame.subarray(headLength + TAIL.length + 2)
  assert.equal(end.toString('latin1', 0, 16), 'virtuoso/pages/1')
  assert.deepEqual(
    end.subarray(16),
    Buffer.concat([u64(ramBytes), u32(headLength), u32(TAIL.length)])
  )
})

test('the stream that is made of it has every page once and leads to the same file', async t => {
  const bytes = await saved(t, streamOf())
  const again = await loaded(t, bytes)
  assert.deepEqual(await saved(t, again), bytes)
  const expected = streamOf({
    first: [],
    last: [...FIRST, cat(u64(4 * PAGE + 0x28), page(5)), cat(u64(0x08), text('vga'), page(6))]
  })
  const empty = Buffer.concat([u8(2), u32(2), u64(0x10), footer])
  const at = expected.indexOf(empty)
  assert.deepEqual(
    again,
    Buffer.concat([expected.subarray(0, at), expected.subarray(at + empty.length)])
  )
})

test('it does not matter where the stream is cut on its way', async t => {
  const whole = await saved(t, streamOf())
  for (const chunk of [1, 7, 8, 4095, 4096, 4104]) {
    assert.deepEqual(await saved(t, streamOf(), chunk), whole, `in chunks of ${chunk} bytes`)
  }
})

test('of a page that comes again the last one counts, also when it is zero', async t => {
  const again = [
    cat(u64(0x08), text('pc.ram'), page(9)),
    cat(u64(PAGE + 0x22), u8(0)),
    cat(u64(2 * PAGE + 0x28), page(8)),
    cat(u64(2 * PAGE + 0x28), page(7))
  ]
  const bytes = await saved(t, streamOf({ last: again }))
  assert.deepEqual([bytes[0], bytes[PAGE], bytes[2 * PAGE], bytes[3 * PAGE]], [9, 0, 7, 4])
})

for (const [what, stream] of [
  ['another magic', Buffer.concat([u32(1), streamOf().subarray(4)])],
  ['a subsection of the configuration', withBytes(streamOf(), 26, [5])],
  ['a page that is packed', streamOf({ first: [u64(0x40), text('pc.ram'), page(1)] })],
  [
    'a page with a flag of a later version',
    streamOf({ first: [u64(0x208), text('pc.ram'), page(1)] })
  ],
  ['a page of one byte that is not zero', streamOf({ first: [u64(0x02), text('pc.ram'), u8(1)] })],
  [
    'a page behind the end of its block',
    streamOf({ first: [u64(5 * PAGE + 8), text('pc.ram'), page(1)] })
  ],
  ['a page of a block that was not listed', streamOf({ first: [u64(8), text('other'), page(1)] })],
  ['a first page that names no block', streamOf({ first: [u64(0x28), page(1)] })],
  [
    'a block that is listed twice',
    streamOf({
      blocks: [
        ['a', PAGE],
        ['a', PAGE]
      ]
    })
  ],
  ['a block of half a page', streamOf({ blocks: [['a', 100]], total: PAGE })],
  ['blocks beyond what was said', streamOf({ total: PAGE })],
  ['more memory than the machine has', streamOf({ blocks: [['a', RAM_MAX + PAGE]] })],
  [
    'another section before the end',
    streamOf({ first: [u64(0x10), footer, u8(4), u32(7), u32(0)] })
  ]
] as const) {
  test(`a stream with ${what} is not guessed at`, async t => {
    await assert.rejects(saved(t, stream), UnknownStream)
  })
}

function withBytes(stream: Buffer, at: number, bytes: readonly number[]): Buffer {
  const changed = Buffer.from(stream)
  changed.set(bytes, at)
  return changed
}

test('the largest memory that the machine can have is taken', async t => {
  const bytes = await saved(t, streamOf({ blocks: [['pc.ram', RAM_MAX]], first: [], last: [] }))
  assert.ok(bytes.length > RAM_MAX)
})

test('a stream cut off anywhere within the memory makes no file', async t => {
  const stream = streamOf()
  const memoryEnds = stream.length - TAIL.length
  for (let length = 0; length < memoryEnds; length += length < 120 ? 1 : 397) {
    await assert.rejects(
      saved(t, stream.subarray(0, length)),
      /ends within|not known/,
      `${length} bytes`
    )
  }
})

test('only pages that hold something, and what is behind the pages, are said to hold data', async t => {
  const bytes = await saved(t, streamOf())
  const handle = await file(t)
  await handle.write(bytes)
  const extents = await pageExtents(handle)
  const ramBytes = 3 * 16_384
  assert.deepEqual(extents({ offset: 0, length: bytes.length }), [
    { offset: 0, length: 2 * PAGE },
    { offset: 3 * PAGE, length: 2 * PAGE },
    { offset: 8 * PAGE, length: PAGE },
    { offset: ramBytes, length: bytes.length - ramBytes }
  ])
  assert.deepEqual(extents({ offset: 4 * PAGE, length: PAGE }), [
    { offset: 4 * PAGE, length: PAGE }
  ])
  assert.deepEqual(extents({ offset: 5 * PAGE, length: 3 * PAGE }), [])
  await handle.truncate(bytes.length - 1)
  const unknown = await pageExtents(handle)
  assert.deepEqual(unknown({ offset: 0, length: 100 }), [{ offset: 0, length: 100 }])
})

test('a file that was not completed, or is none, is refused before QEMU hears of it', async t => {
  const bytes = await saved(t, streamOf())
  const ramBytes = 3 * 16_384
  for (const harmed of [
    bytes.subarray(0, 31),
    bytes.subarray(0, bytes.length - 1),
    withBytes(bytes, bytes.length - 32, [0]),
    withBytes(bytes, bytes.length - 16, [255]),
    withBytes(bytes, bytes.length - 6, [1]),
    withBytes(bytes, ramBytes, [0]),
    withBytes(bytes, ramBytes + 60, [0xff])
  ]) {
    await assert.rejects(loaded(t, harmed), UnknownStream)
  }
})

const SEED = 1993

test(`bytes harmed at random lead to a file or to a refusal, never to anything else (seed ${SEED})`, async t => {
  const random = seededRandom(SEED)
  const stream = streamOf()
  for (let round = 0; round < 300; round += 1) {
    const harmed = withBytes(
      stream,
      random.integer(random.integer(2) === 0 ? 120 : stream.length),
      [random.integer(256)]
    )
    const found = await saved(t, harmed, 1 + random.integer(5000)).catch((error: unknown) => error)
    const isExpected =
      Buffer.isBuffer(found) ||
      found instanceof UnknownStream ||
      (found instanceof Error && /ends within the memory/.test(found.message))
    assert.ok(isExpected, String(found))
  }
})
