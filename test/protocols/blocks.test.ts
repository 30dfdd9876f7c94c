import '../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { streamPair } from '@libp2p/utils'
import { nodeCrypto } from '../../node/crypto/index.ts'
import {
  applyPatch,
  BLOCK_BYTES,
  type BlockRange,
  BlocksRefused,
  type BlocksReply,
  blocksReply,
  blocksSource,
  ChangesReader,
  changesOfPage,
  FRAME_BLOCKS_MAX,
  grouped,
  HASH_BYTES,
  type PartShape,
  patchOf,
  type ServedMachine,
  serveBlocks,
  signaturesOf,
  workOfPage,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import { encodeMessage, FrameError, frames } from '../../protocols/framing/index.ts'
import { HASH, MACHINE, RECEIPT } from './golden.ts'

const QUICK = { idleMs: 2_000 }
const PARTS: readonly [PartShape, PartShape] = [
  { name: 'config', format: 'config-1', sizeBytes: 5 },
  { name: 'disk', format: 'disk-raw', sizeBytes: 6_000 * BLOCK_BYTES - 1 }
]
const [CONFIG, DISK] = PARTS
/** Pages of 256 blocks. */
const DISK_PAGES = 24
const digest = (nonce: string): string => createHash('sha256').update(nonce).digest('hex')
const bytesOfHashes = (count: number, fill: number): Uint8Array =>
  new Uint8Array(count * HASH_BYTES).fill(fill)

/** Every block of it is full of the number of its range; every hash too. */
function machine(changes: Partial<ServedMachine> = {}): ServedMachine {
  return {
    outline: { parts: PARTS, partRoots: [HASH, HASH] },
    pageRoots: async (_shape, { count }) => bytesOfHashes(count, 1),
    leaves: async (_shape, pages) => bytesOfHashes(pages.length * 256, 2),
    changes: async (_shape, base) => (base === HASH ? Uint8Array.of(0, 0) : undefined),
    blocks: async (shape, ranges) => ({ encoding: 'plain', bytes: fill(shape, ranges) }),
    deliver: (_bytes, write) => write(),
    patch: async (shape, ranges, _rate, signatures) => {
      const bytes = patchOf(fill(shape, ranges), signatures, crc32)
      return { encoding: 'plain', bytes, patchBytes: bytes.byteLength }
    },
    side: async () => undefined,
    challenge: () => ({ nonce: HASH, places: [{ part: 'disk', index: 0 }] }),
    judge: async (challenge, digests) =>
      digests[0] === digest(challenge.nonce)
        ? RECEIPT
        : { code: 'CHALLENGE_FAILED', message: 'the digest of block 0 is wrong' },
    close: async () => undefined,
    ...changes
  }
}

function fill(shape: PartShape, ranges: readonly BlockRange[]): Uint8Array {
  const pieces = ranges.map(({ first, count }) => {
    const end = Math.min((first + count) * BLOCK_BYTES, shape.sizeBytes)
    return new Uint8Array(end - first * BLOCK_BYTES).fill(first % 251)
  })
  return Buffer.concat(pieces)
}

async function pulling(served: ServedMachine) {
  const [asker, server] = await streamPair({ delay: 0 })
  const serving = serveBlocks(server, async () => served, QUICK).catch((error: unknown) => error)
  return { source: blocksSource(asker, QUICK), serving }
}

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof BlocksRefused && error.refusal.code === code
const malformed = (error: unknown): boolean =>
  error instanceof FrameError && error.code === 'MALFORMED'

test('hashes and blocks are pulled, many questions ahead, proved and receipted', async () => {
  const { source, serving } = await pulling(machine())
  const outline = await source.hello(MACHINE, HASH)
  assert.deepEqual(outline, { kind: 'outline', parts: PARTS, partRoots: [HASH, HASH] })
  const asked = Array.from({ length: 40 }, (_, at) => ({ first: at * 100, count: 1 }))
  const [roots, leaves, changes, ...blocks] = await Promise.all([
    source.pageRoots(DISK, 0, DISK_PAGES),
    source.leaves(DISK, [0, 3], 512),
    source.changes(DISK, HASH, [7]),
    ...asked.map(range => source.blocks(DISK, [range, { first: 5_999, count: 1 }], 0))
  ])
  assert.deepEqual(new Uint8Array(roots), bytesOfHashes(DISK_PAGES, 1))
  assert.deepEqual(new Uint8Array(leaves), bytesOfHashes(512, 2))
  assert.deepEqual(new Uint8Array(changes ?? []), Uint8Array.of(0, 0))
  for (const [at, { bytes, sizeBytes, encoding }] of blocks.entries()) {
    assert.equal(encoding, 'plain')
    assert.equal(sizeBytes, 2 * BLOCK_BYTES - 1)
    assert.equal(bytes.byteLength, sizeBytes)
    assert.equal(bytes[0], (at * 100) % 251)
    assert.equal(bytes[BLOCK_BYTES], 5_999 % 251)
  }
  const config = await source.blocks(CONFIG, [{ first: 0, count: 1 }], 0)
  assert.equal(config.bytes.byteLength, 5)
  assert.deepEqual(await source.prove(async challenge => [digest(challenge.nonce)]), RECEIPT)
  await source.close()
  assert.equal(await serving, undefined)
})

test('a patch comes in its turn among other questions, for what the destination says it has', async () => {
  const { source, serving } = await pulling(machine())
  await source.hello(MACHINE, HASH)
  const ranges = [{ first: 7, count: 2 }]
  const right = fill(DISK, ranges)
  const old = right.slice()
  old.fill(99, 300, 310)
  old.fill(98, 20_000, 20_001)
  const [before, patch, after] = await Promise.all([
    source.blocks(DISK, [{ first: 1, count: 1 }], 0),
    source.patch(DISK, ranges, 1, signaturesOf(old, crc32)),
    source.blocks(DISK, [{ first: 2, count: 1 }], 0)
  ])
  assert.deepEqual([before.bytes[0], after.bytes[0]], [1, 2])
  // A bit for each of the 128 pieces, and two pieces.
  assert.equal(patch.bytes.byteLength, 16 + 2 * 256)
  applyPatch(old, patch.bytes)
  assert.ok(Buffer.from(old).equals(right))
  await source.close()
  await serving
})

test('signatures of another length than the blocks asked for end the stream', async () => {
  for (const length of [0, 252, 260]) {
    const { source, serving } = await pulling(machine())
    await source.hello(MACHINE, HASH)
    const ranges = [{ first: 7, count: 1 }]
    await assert.rejects(
      source.patch(DISK, ranges, 1, new Uint8Array(length)),
      refusedAs('MALFORMED')
    )
    await source.close()
    await serving
  }
})

test('a patch that cannot be one for these blocks is refused unread', async () => {
  for (const patchBytes of [7, 9 + BLOCK_BYTES]) {
    const answer = { encoding: 'plain', bytes: new Uint8Array(patchBytes), patchBytes } as const
    const { source, serving } = await pulling(machine({ patch: async () => answer }))
    await source.hello(MACHINE, HASH)
    const signatures = new Uint8Array(256)
    await assert.rejects(source.patch(DISK, [{ first: 7, count: 1 }], 1, signatures), malformed)
    await source.close()
    await serving
  }
})

test('changes since a version that the origin has forgotten are said to be unknown', async () => {
  const { source, serving } = await pulling(machine())
  await source.hello(MACHINE, HASH)
  assert.equal(await source.changes(DISK, 'cd'.repeat(32), [0]), undefined)
  assert.equal((await source.blocks(DISK, [{ first: 0, count: 1 }], 0)).bytes[0], 0)
  await source.close()
  await serving
})

test('a destination that lacks the bytes gets no receipt', async () => {
  const { source, serving } = await pulling(machine())
  await source.hello(MACHINE, HASH)
  await assert.rejects(
    source.prove(async () => [HASH]),
    refusedAs('CHALLENGE_FAILED')
  )
  await source.close()
  await serving
})

type Question = (source: ReturnType<typeof blocksSource>) => Promise<unknown>

const LAST: readonly [string, Question, Question][] = [
  [
    'block',
    source => source.blocks(DISK, [{ first: 5_999, count: 1 }], 0),
    source => source.blocks(DISK, [{ first: 5_999, count: 2 }], 0)
  ],
  [
    'page root',
    source => source.pageRoots(DISK, DISK_PAGES - 1, 1),
    source => source.pageRoots(DISK, DISK_PAGES - 1, 2)
  ],
  [
    'page of leaves',
    source => source.leaves(DISK, [DISK_PAGES - 1], 256),
    source => source.leaves(DISK, [DISK_PAGES], 256)
  ],
  [
    'page of changes',
    source => source.changes(DISK, HASH, [DISK_PAGES - 1]),
    source => source.changes(DISK, HASH, [DISK_PAGES])
  ]
]

for (const [name, last, beyond] of LAST) {
  test(`the last ${name} may be asked for, the one after it not`, async () => {
    const { source, serving } = await pulling(machine())
    await source.hello(MACHINE, HASH)
    await last(source)
    await assert.rejects(beyond(source), refusedAs('OUT_OF_RANGE'))
    await source.close()
    await serving
  })
}

test('an answer holds 64 blocks, and a question for 65 is refused', async () => {
  const { source, serving } = await pulling(machine())
  await source.hello(MACHINE, HASH)
  const half = { first: 0, count: FRAME_BLOCKS_MAX / 2 }
  const { sizeBytes } = await source.blocks(DISK, [half, half], 0)
  assert.equal(sizeBytes, FRAME_BLOCKS_MAX * BLOCK_BYTES)
  await assert.rejects(
    source.blocks(DISK, [half, half, { first: 0, count: 1 }], 0),
    refusedAs('MALFORMED')
  )
  await source.close()
  await serving
})

test('nothing is served before hello, and nothing without an open move', async () => {
  const first = await pulling(machine())
  await assert.rejects(
    first.source.blocks(DISK, [{ first: 0, count: 1 }], 0),
    refusedAs('MALFORMED')
  )
  const [asker, server] = await streamPair({ delay: 0 })
  const no = { code: 'NO_SUCH_MOVE', message: 'no open move of this machine to you' } as const
  const serving = serveBlocks(server, async () => no, QUICK)
  const source = blocksSource(asker, QUICK)
  await assert.rejects(source.hello(MACHINE, HASH), refusedAs('NO_SUCH_MOVE'))
  await Promise.all([source.close(), first.source.close(), serving, first.serving])
})

/** An origin that answers the one question with whatever it likes. */
async function liar(reply: BlocksReply, body?: Uint8Array) {
  const [asker, server] = await streamPair({ delay: 0 })
  const channel = frames(server, { maxBytes: 4_096, maxWriteBytes: 2 ** 21, ...QUICK })
  const lying = (async () => {
    await channel.read()
    await channel.write(encodeMessage(blocksReply, reply))
    if (body !== undefined) await channel.write(body)
    await channel.finish()
  })()
  return { source: blocksSource(asker, QUICK), lying }
}

const block = (length: number): Uint8Array => new Uint8Array(length)
const LIES: readonly [string, BlocksReply, Uint8Array?][] = [
  ['half a block', { kind: 'data', encoding: 'plain', sizeBytes: 8_192 }, block(8_192)],
  [
    'more blocks than were asked',
    { kind: 'data', encoding: 'plain', sizeBytes: 2 * BLOCK_BYTES },
    block(2 * BLOCK_BYTES)
  ],
  [
    'packed bytes longer than the blocks',
    { kind: 'data', encoding: 'brotli', sizeBytes: BLOCK_BYTES + 1 },
    block(BLOCK_BYTES + 1)
  ],
  [
    'fewer bytes than it announced',
    { kind: 'data', encoding: 'plain', sizeBytes: BLOCK_BYTES },
    block(10)
  ],
  ['hashes in place of blocks', { kind: 'hashes', sizeBytes: BLOCK_BYTES }, block(BLOCK_BYTES)],
  ['an announcement and nothing', { kind: 'data', encoding: 'plain', sizeBytes: BLOCK_BYTES }]
]

for (const [name, reply, body] of LIES) {
  test(`an origin that sends ${name} is given up`, async () => {
    const { source, lying } = await liar(reply, body)
    await assert.rejects(source.blocks(DISK, [{ first: 0, count: 1 }], 0), malformed)
    await source.close()
    await lying
  })
}

test('after a broken answer nothing more is taken from that stream', async () => {
  const lie = { kind: 'data', encoding: 'plain', sizeBytes: BLOCK_BYTES } as const
  const { source, lying } = await liar(lie, block(10))
  const range = [{ first: 0, count: 1 }]
  const [first, second] = await Promise.allSettled([
    source.blocks(DISK, range, 0),
    source.blocks(DISK, range, 0)
  ])
  assert.deepEqual([first.status, second.status], ['rejected', 'rejected'])
  await source.close()
  await lying
})

// pages and ranges

const zeros = new ZeroHashes(nodeCrypto)
const hashes = (...fills: readonly number[]): Uint8Array =>
  Buffer.concat(fills.map(at => (at === 0 ? zeros.leaf : new Uint8Array(HASH_BYTES).fill(at))))

test('of a page come the blocks that differ and are not zero; zeros over bytes are only said', () => {
  const target = hashes(1, 2, 0, 0, 5, 6, 7)
  const base = hashes(1, 9, 3, 0, 5)
  assert.deepEqual(workOfPage(DISK, 1, { target, base }, zeros), {
    wanted: [
      { first: 257, count: 1 },
      { first: 261, count: 2 }
    ],
    zeros: [{ first: 258, count: 1 }],
    reused: 3
  })
})

test('without a base every block comes that is not zero', () => {
  const work = workOfPage(DISK, 0, { target: hashes(0, 1, 0), base: new Uint8Array() }, zeros)
  assert.deepEqual(work, { wanted: [{ first: 1, count: 1 }], zeros: [], reused: 2 })
})

test('ranges are cut and joined into questions of at most so many blocks', () => {
  const ranges = [
    { first: 0, count: 3 },
    { first: 10, count: 5 },
    { first: 20, count: 1 }
  ]
  assert.deepEqual(
    [...grouped(ranges, 4)],
    [
      [
        { first: 0, count: 3 },
        { first: 10, count: 1 }
      ],
      [{ first: 11, count: 4 }],
      [{ first: 20, count: 1 }]
    ]
  )
})

test('changes of pages make the new leaves from the old, also where the old are shorter', () => {
  const pages = [
    [hashes(1, 2, 3), hashes(1, 9, 3)],
    [hashes(1), hashes(1, 2)],
    [hashes(4, 5, 6), hashes(4)]
  ] as const
  const bytes = Buffer.concat(pages.map(([base, target]) => changesOfPage(base, target)))
  assert.equal(bytes.byteLength, 3 * 2 + 2 * 33)
  const reader = new ChangesReader(bytes)
  for (const [base, target] of pages) {
    const found = reader.page(base, target.byteLength / HASH_BYTES)
    assert.deepEqual(Buffer.from(found), Buffer.from(target))
  }
  reader.end()
})

const BAD_CHANGES: readonly [string, Uint8Array][] = [
  ['an end in the middle of a hash', Buffer.from([0, 1, 0, 7])],
  ['a place beyond the page', Buffer.concat([Buffer.from([0, 1, 2]), hashes(1)])],
  [
    'places that do not ascend',
    Buffer.concat([Buffer.from([0, 2, 1]), hashes(1), Buffer.from([1]), hashes(2)])
  ],
  ['bytes after the last page', Buffer.from([0, 0, 0])],
  ['nothing', new Uint8Array()]
]

for (const [name, bytes] of BAD_CHANGES) {
  test(`changes with ${name} are refused`, () => {
    assert.throws(() => {
      const reader = new ChangesReader(bytes)
      reader.page(hashes(1, 2), 2)
      reader.end()
    }, malformed)
  })
}
