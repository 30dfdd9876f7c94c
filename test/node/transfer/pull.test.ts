import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import {
  type Base,
  ContentMismatch,
  LinkMeter,
  type Method,
  methodOf,
  Packer,
  ProgressMeter,
  Pull,
  type PullJob,
  servedContent,
  Throttle
} from '../../../node/transfer/index.ts'
import {
  BLOCK_BYTES,
  type BlocksSource,
  blocksSource,
  type ContentManifest,
  PAGE_BLOCKS,
  type PartName,
  type ServedMachine,
  serveBlocks
} from '../../../protocols/blocks/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import { contentOf, manifestOf, type Parts, sinkOf } from './memory-content.ts'

const QUICK = { idleMs: 2_000 }
const PAGE_BYTES = PAGE_BLOCKS * BLOCK_BYTES
const never = new AbortController().signal

function required(name: string): Method {
  return methodOf(name) ?? assert.fail(`no method ${name}`)
}

/** A disk of six pages: two of data, one sparse, two empty, a short one; and a small config. */
function machine(): Map<PartName, Uint8Array> {
  const disk = new Uint8Array(5 * PAGE_BYTES + 3 * BLOCK_BYTES + 77)
  for (let at = 0; at < 2 * PAGE_BLOCKS; at++) fill(disk, at, 1 + (at % 250))
  fill(disk, 2 * PAGE_BLOCKS + 9, 3)
  disk.fill(4, 5 * PAGE_BYTES)
  return new Map([
    ['config', Uint8Array.of(1, 2, 3)],
    ['disk', disk]
  ])
}

function fill(disk: Uint8Array, index: number, byte: number): void {
  disk.fill(byte, index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)
}

/** Some blocks changed, one made empty, one filled that was empty. */
function changed(old: Parts): Map<PartName, Uint8Array> {
  const disk = (old.get('disk') ?? new Uint8Array()).slice()
  fill(disk, 0, 200)
  fill(disk, 17, 201)
  fill(disk, 18, 202)
  fill(disk, PAGE_BLOCKS + 1, 0)
  fill(disk, 4 * PAGE_BLOCKS, 203)
  return new Map([...old, ['disk', disk]])
}

interface Setup {
  readonly source: Parts
  readonly known?: ContentManifest
  readonly lie?: (served: ServedMachine) => Partial<ServedMachine>
  readonly rate?: number
}

async function served(setup: Setup): Promise<{ source: BlocksSource; reads: string[] }> {
  const content = contentOf(setup.source)
  const honest: ServedMachine = {
    ...servedContent({
      content,
      manifest: manifestOf(setup.source),
      known: async root => (setup.known?.root === root ? setup.known : undefined),
      packer: new Packer(() => performance.now()),
      throttle: new Throttle(Infinity),
      signal: never
    }),
    challenge: () => assert.fail('not asked here'),
    judge: () => assert.fail('not asked here')
  }
  const [asker, server] = await streamPair({ delay: 0 })
  const machine = { ...honest, ...setup.lie?.(honest) }
  void serveBlocks(server, async () => machine, QUICK).catch(() => undefined)
  return { source: blocksSource(asker, QUICK), reads: content.reads }
}

function jobFor(target: Parts, method: string, old: Parts | undefined, changes: Partial<PullJob>) {
  const manifest = manifestOf(target)
  const shapes = manifest.parts.map(({ shape }) => shape)
  const base: Base | undefined = old && { kind: 'cached', manifest: manifestOf(old) }
  const used = required(method).baseOf(base)
  const sink = sinkOf(shapes, used === undefined ? undefined : old)
  const pages = new Map<string, Uint8Array>()
  const total = shapes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const meter = new ProgressMeter(total)
  const job: PullJob = {
    crypto: nodeCrypto,
    outline: {
      parts: shapes,
      partRoots: manifest.parts.map(({ root }) => Buffer.from(root).toString('hex'))
    },
    root: manifest.root,
    method: required(method),
    base: used,
    sink,
    manifest: {
      page: async (part, page, leaves) => {
        pages.set(`${part} ${page}`, leaves.slice())
      }
    },
    resumed: false,
    meter,
    link: new LinkMeter(),
    throttle: new Throttle(Infinity),
    signal: never,
    onProgress: () => undefined,
    ...changes
  }
  return { job, sink, pages, manifest, meter, total }
}

async function pulled(target: Parts, method: string, old?: Parts, setup: Partial<Setup> = {}) {
  const { source, reads } = await served({ source: target, ...setup })
  const { job, ...rest } = jobFor(target, method, old, {})
  await source.hello(MACHINE, HASH)
  await new Pull(job).run(source)
  await source.close()
  return { ...rest, reads, job }
}

async function isWhole(
  target: Parts,
  { sink, pages, manifest }: Awaited<ReturnType<typeof pulled>>
): Promise<void> {
  for (const [name, bytes] of target) {
    assert.ok(Buffer.from(sink.parts.get(name) ?? []).equals(bytes), `${name} is what left`)
  }
  for (const part of manifest.parts) {
    for (let page = 0; page < part.pages; page++) {
      const found = pages.get(`${part.shape.name} ${page}`)
      assert.deepEqual(Buffer.from(found ?? []), Buffer.from(await part.leaves(page)))
    }
  }
}

test('SCP brings every block that is not zero, and the manifest of it', async () => {
  const target = machine()
  const all = await pulled(target, 'SCP', machine())
  await isWhole(target, all)
  const blocks = 2 * PAGE_BLOCKS + 1 + 4
  const { bytesReused, bytesDone, bytesSent } = all.meter.progress()
  assert.equal(bytesDone, all.total)
  assert.equal(bytesSent, 3 + blocks * BLOCK_BYTES - (BLOCK_BYTES - 77))
  assert.equal(bytesReused, all.total - bytesSent)
})

for (const method of ['RSYNC', 'REDOLOG']) {
  test(`${method} brings only the blocks that changed, and says which became zero`, async () => {
    const old = machine()
    const target = changed(old)
    const delta = await pulled(target, method, old, { known: manifestOf(old) })
    await isWhole(target, delta)
    assert.equal(delta.meter.progress().bytesSent, 4 * BLOCK_BYTES)
    assert.equal(delta.meter.progress().bytesDone, delta.total)
    assert.ok(delta.sink.written.includes(`disk ${PAGE_BLOCKS + 1} zero ${BLOCK_BYTES}`))
    assert.equal(delta.reads.length, 3, 'the origin reads only these blocks')
  })

  test(`${method} of what is already here moves no block and reads none`, async () => {
    const target = machine()
    const same = await pulled(target, method, machine())
    await isWhole(target, same)
    assert.deepEqual([same.sink.written, same.reads], [[], []])
    assert.equal(same.meter.progress().bytesReused, same.total)
  })
}

test('REDOLOG takes all hashes when the origin has forgotten the older version', async () => {
  const old = machine()
  const target = changed(old)
  const delta = await pulled(target, 'REDOLOG', old, {
    lie: () => ({ changes: async () => undefined })
  })
  await isWhole(target, delta)
  assert.equal(delta.meter.progress().bytesSent, 4 * BLOCK_BYTES)
})

test('REDOLOG of an honest origin never asks for all hashes of a page', async () => {
  const old = machine()
  const target = changed(old)
  const lie = () => ({ leaves: () => assert.fail('all hashes were asked') })
  await isWhole(target, await pulled(target, 'REDOLOG', old, { known: manifestOf(old), lie }))
})

test('a disk that grew, and one that shrank, is what left', async () => {
  const old = machine()
  const disk = old.get('disk') ?? new Uint8Array()
  const grown = new Uint8Array(disk.byteLength + 2 * PAGE_BYTES)
  grown.set(disk)
  grown.fill(9, disk.byteLength)
  for (const bytes of [grown, disk.slice(0, 2 * PAGE_BYTES + 10)]) {
    const target: Parts = new Map([...old, ['disk', bytes]])
    for (const method of ['SCP', 'RSYNC', 'REDOLOG']) {
      await isWhole(target, await pulled(target, method, old, { known: manifestOf(old) }))
    }
  }
})

// lies

const LIES: readonly [string, (honest: ServedMachine) => Partial<ServedMachine>][] = [
  [
    'page roots that are not those of the part',
    honest => ({
      pageRoots: async (shape, range) => flipped(await honest.pageRoots(shape, range))
    })
  ],
  [
    'leaves that are not those of the page',
    honest => ({ leaves: async (shape, pages) => flipped(await honest.leaves(shape, pages)) })
  ],
  [
    'a block that is not the one of its leaf',
    honest => ({
      blocks: async (shape, ranges, rate) => {
        const { bytes, encoding } = await honest.blocks(shape, ranges, rate)
        return { encoding, bytes: flipped(bytes) }
      }
    })
  ],
  [
    'a packed bomb',
    honest => ({
      blocks: async (shape, ranges, rate) =>
        shape.name === 'disk'
          ? { encoding: 'brotli', bytes: BOMB }
          : honest.blocks(shape, ranges, rate)
    })
  ],
  [
    'packed bytes that are none',
    () => ({ blocks: async () => ({ encoding: 'brotli', bytes: Uint8Array.of(1, 2, 3) }) })
  ]
]
/** 64 MiB of zeros, packed by brotli to a few dozen bytes. */
const BOMB: Uint8Array = (await import('node:zlib')).brotliCompressSync(Buffer.alloc(2 ** 26))

function flipped(bytes: Uint8Array): Uint8Array {
  const lie = bytes.slice()
  const last = lie.byteLength - 1
  lie[last] = (lie[last] ?? 0) ^ 1
  return lie
}

for (const [name, lie] of LIES) {
  test(`an origin that sends ${name} is found out, and nothing wrong is written`, async () => {
    const target = machine()
    const { source } = await served({ source: target, lie })
    const { job, sink } = jobFor(target, 'SCP', undefined, {})
    await source.hello(MACHINE, HASH)
    await assert.rejects(new Pull(job).run(source), ContentMismatch)
    await source.close()
    for (const [part, bytes] of sink.parts) {
      const right = target.get(part) ?? new Uint8Array()
      for (let at = 0; at < bytes.byteLength; at++) {
        if (bytes[at] !== 0 && bytes[at] !== right[at]) assert.fail(`byte ${at} of ${part}`)
      }
    }
  })
}

test('an outline with another root than the ledger, or without all roots, is refused', () => {
  const target = machine()
  const { job } = jobFor(target, 'SCP', undefined, {})
  assert.throws(() => new Pull({ ...job, root: 'ab'.repeat(32) }), ContentMismatch)
  const partRoots = job.outline.partRoots.slice(1)
  assert.throws(() => new Pull({ ...job, outline: { ...job.outline, partRoots } }), ContentMismatch)
})

// broken connections

/** Breaks the stream at the nth question for blocks. */
function breakingAt(source: BlocksSource, nth: number): BlocksSource {
  let asked = 0
  return {
    hello: (machine, migration) => source.hello(machine, migration),
    pageRoots: (shape, first, count) => source.pageRoots(shape, first, count),
    leaves: (shape, pages, leaves) => source.leaves(shape, pages, leaves),
    changes: (shape, base, pages) => source.changes(shape, base, pages),
    blocks: async (shape, ranges, rate) => {
      asked += 1
      if (asked >= nth) throw new Error('the line is cut')
      return source.blocks(shape, ranges, rate)
    },
    prove: answer => source.prove(answer),
    close: () => source.close()
  }
}

test('a pull whose line is cut goes on with a new one, and asks for nothing twice', async () => {
  const target = machine()
  const { job, sink, meter, total } = jobFor(target, 'SCP', undefined, {})
  const pull = new Pull(job)
  for (const nth of [2, 4, 5]) {
    const { source } = await served({ source: target })
    await source.hello(MACHINE, HASH)
    await assert.rejects(pull.run(breakingAt(source, nth)), /the line is cut/)
    await source.close()
  }
  const { source } = await served({ source: target })
  await source.hello(MACHINE, HASH)
  await pull.run(source)
  await source.close()
  assert.ok(Buffer.from(sink.parts.get('disk') ?? []).equals(target.get('disk') ?? Buffer.of(1)))
  assert.equal(new Set(sink.written).size, sink.written.length, 'nothing is written twice')
  assert.equal(meter.progress().bytesDone, total)
})

test('a pull resumed after a restart looks at what is here before it asks', async () => {
  const target = machine()
  const first = jobFor(target, 'SCP', undefined, {})
  const begun = await served({ source: target })
  await begun.source.hello(MACHINE, HASH)
  await assert.rejects(new Pull(first.job).run(breakingAt(begun.source, 6)), /cut/)
  await begun.source.close()
  const here = first.sink.written.length
  assert.ok(here > 0, 'something came before the line was cut')
  const { source } = await served({ source: target })
  const again = jobFor(target, 'SCP', undefined, { resumed: true, sink: first.sink })
  await source.hello(MACHINE, HASH)
  await new Pull(again.job).run(source)
  await source.close()
  assert.equal(new Set(first.sink.written).size, first.sink.written.length)
  assert.ok(
    Buffer.from(first.sink.parts.get('disk') ?? []).equals(target.get('disk') ?? Buffer.of(1))
  )
  assert.ok(again.meter.progress().bytesSent < first.total)
})
