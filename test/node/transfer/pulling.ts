/** One side that serves a content, one that pulls it, and a stream between. */
import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import {
  type Base,
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
  serveBlocks,
  ZeroHashes
} from '../../../protocols/blocks/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import { contentOf, manifestOf, type Parts, sinkOf } from './memory-content.ts'

const QUICK = { idleMs: 2_000 }
export const PAGE_BYTES: number = PAGE_BLOCKS * BLOCK_BYTES
const never = new AbortController().signal

export function required(name: string): Method {
  return methodOf(name) ?? assert.fail(`no method ${name}`)
}

/** A disk of six pages: two of data, one sparse, two empty, a short one; and a small config. */
export function machine(): Map<PartName, Uint8Array> {
  const disk = new Uint8Array(5 * PAGE_BYTES + 3 * BLOCK_BYTES + 77)
  for (let at = 0; at < 2 * PAGE_BLOCKS; at++) fill(disk, at, 1 + (at % 250))
  fill(disk, 2 * PAGE_BLOCKS + 9, 3)
  disk.fill(4, 5 * PAGE_BYTES)
  return new Map([
    ['config', Uint8Array.of(1, 2, 3)],
    ['disk', disk]
  ])
}

export function fill(disk: Uint8Array, index: number, byte: number): void {
  disk.fill(byte, index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)
}

/** Some blocks changed, one made empty, one filled that was empty. */
export function changed(old: Parts): Map<PartName, Uint8Array> {
  const disk = (old.get('disk') ?? new Uint8Array()).slice()
  fill(disk, 0, 200)
  fill(disk, 17, 201)
  fill(disk, 18, 202)
  fill(disk, PAGE_BLOCKS + 1, 0)
  fill(disk, 4 * PAGE_BLOCKS, 203)
  return new Map([...old, ['disk', disk]])
}

export interface Setup {
  readonly source: Parts
  readonly known?: ContentManifest
  readonly lie?: (served: ServedMachine) => Partial<ServedMachine>
  readonly rate?: number
}

export async function served(setup: Setup): Promise<{ source: BlocksSource; reads: string[] }> {
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

export interface Prepared {
  readonly job: PullJob
  readonly sink: ReturnType<typeof sinkOf>
  /** Leaves by `part page`. */
  readonly pages: ReadonlyMap<string, Uint8Array>
  readonly manifest: ContentManifest
  readonly meter: ProgressMeter
  readonly total: number
}

export function jobFor(
  target: Parts,
  method: string,
  old: Parts | undefined,
  changes: Partial<PullJob>
): Prepared {
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
      },
      reuse: async (part, { first, count }, from) => {
        const zeros = new ZeroHashes(nodeCrypto).page
        for (let page = first; page < first + count; page++)
          pages.set(`${part} ${page}`, (await from?.leaves(page))?.slice() ?? zeros)
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

export async function pulled(
  target: Parts,
  method: string,
  old?: Parts,
  setup: Partial<Setup> = {}
): Promise<Prepared & { readonly reads: readonly string[] }> {
  const { source, reads } = await served({ source: target, ...setup })
  const { job, ...rest } = jobFor(target, method, old, {})
  await source.hello(MACHINE, HASH)
  await new Pull(job).run(source)
  await source.close()
  return { ...rest, reads, job }
}

export async function isWhole(
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
