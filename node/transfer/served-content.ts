import { crc32 } from 'node:zlib'
import { concat } from 'uint8arrays/concat'
import { type Hash, toHex } from '../../ledger/index.ts'
import {
  BLOCK_BYTES,
  type BlockRange,
  type ContentManifest,
  changesOfPage,
  type Outline,
  type PartManifest,
  type PartName,
  type PartShape,
  patchOf,
  rangeBytes,
  type ServedMachine,
  type SideOffer
} from '../../protocols/blocks/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import { SendMeter } from './link-meter.ts'
import { leavesIn } from './methods.ts'
import type { Packer } from './packing.ts'
import type { Throttle } from './throttle.ts'

export interface ServedContentOptions {
  /** At rest: it does not change while it is served. */
  readonly content: Pick<MachineContent, 'read'>
  /** Of that content. */
  readonly manifest: ContentManifest
  /** Manifests of older versions; whoever asks for one closes it. */
  readonly known: (root: Hash) => Promise<ContentManifest | undefined>
  readonly packer: Packer
  readonly throttle: Throttle
  /** A side connection to the content, where there can be one. */
  readonly side?: (() => Promise<SideOffer | undefined>) | undefined
  readonly signal: AbortSignal
}

type Served = Pick<
  ServedMachine,
  'outline' | 'pageRoots' | 'leaves' | 'changes' | 'blocks' | 'patch' | 'deliver' | 'side'
> & {
  close(): Promise<void>
}

/** The bytes and hashes of a machine at rest, as `blocks` gives them out. */
export function servedContent(options: ServedContentOptions): Served {
  const { content, manifest, packer, throttle, signal } = options
  const bases = new Map<Hash, Promise<ContentManifest | undefined>>()
  const meter = new SendMeter()
  const part = (shape: PartShape): PartManifest => partOf(manifest, shape.name)
  const base = (root: Hash): Promise<ContentManifest | undefined> => {
    const opened = bases.get(root) ?? options.known(root)
    // One base in practice: a second one is not kept, so that a peer cannot make us open files for ever.
    if (bases.size === 0) bases.set(root, opened)
    return bases.has(root) ? opened : Promise.resolve(undefined)
  }
  const packed = async (bytes: Uint8Array, rate: number): ReturnType<Packer['pack']> => {
    const linkRate = Math.min(meter.rateWith(rate), throttle.bytesPerSecond)
    const made = await meter.packing(() => packer.pack(bytes, linkRate))
    await throttle.take(made.bytes.byteLength, signal)
    return made
  }
  return {
    outline: outlineOf(manifest),
    pageRoots: (shape, { first, count }) => part(shape).pageRoots(first, count),
    leaves: async (shape, pages) =>
      concat(await Promise.all(pages.map(page => part(shape).leaves(page)))),
    changes: async (shape, root, pages) => {
      const old = (await base(root))?.parts.find(each => each.shape.name === shape.name)
      if (old === undefined) return undefined
      return concat(await Promise.all(pages.map(page => changedIn(old, part(shape), page))))
    },
    blocks: async (shape, ranges, rate) =>
      await packed(await readRanges(content, shape, ranges), rate),
    patch: async (shape, ranges, rate, signatures) => {
      const bytes = await readRanges(content, shape, ranges)
      const patch = patchOf(bytes, signatures, crc32)
      return { ...(await packed(patch, rate)), patchBytes: patch.byteLength }
    },
    // A bandwidth limit is kept by the stream alone.
    side: async () => (throttle.bytesPerSecond === Infinity ? options.side?.() : undefined),
    deliver: (bytes, write) => meter.sending(bytes, write),
    close: async () => {
      for (const opened of bases.values()) await (await opened.catch(() => undefined))?.close()
    }
  }
}

export function outlineOf(manifest: ContentManifest): Outline {
  return {
    parts: manifest.parts.map(({ shape }) => shape),
    partRoots: manifest.parts.map(({ root }) => toHex(root))
  }
}

async function changedIn(
  old: PartManifest,
  present: PartManifest,
  page: number
): Promise<Uint8Array> {
  return changesOfPage(await leavesIn(old, page), await present.leaves(page))
}

function partOf(manifest: ContentManifest, name: PartName): PartManifest {
  const found = manifest.parts.find(({ shape }) => shape.name === name)
  if (found === undefined) throw new RangeError(`the manifest has no part ${name}`)
  return found
}

async function readRanges(
  content: Pick<MachineContent, 'read'>,
  shape: PartShape,
  ranges: readonly BlockRange[]
): Promise<Uint8Array> {
  const reads = ranges.map(range =>
    content.read(shape.name, range.first * BLOCK_BYTES, rangeBytes(shape, range))
  )
  const [only, ...more] = await Promise.all(reads)
  return only === undefined || more.length > 0 ? concat(await Promise.all(reads)) : only
}
