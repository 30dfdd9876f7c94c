import { BLOCK_BYTES, type BlockRange, FRAME_BLOCKS_MAX } from '../../protocols/blocks/index.ts'
import type { Extent, MachineContent, PartShape } from '../vmm/index.ts'

type Readable = Pick<MachineContent, 'read' | 'extents'>

/** Some blocks of one part in a row, as data or as zeros. */
export type BlockRun =
  | { readonly kind: 'data'; readonly first: number; readonly bytes: Uint8Array }
  | { readonly kind: 'zeros'; readonly first: number; readonly count: number }

/** Blocks whose extents are asked for at once: 1 GiB of content, in which a disk has at most 65,536 gaps. */
const WINDOW_BLOCKS = 65_536

/** Reads under way at once: the disk's server works while what it gave before is hashed. */
const READS_AHEAD = 4

/**
 * The blocks of a range in order: data as it is read, holes and zero blocks as counts. At most `READS_AHEAD` times
 * `FRAME_BLOCKS_MAX` blocks of data and the extents of 1 GiB are in memory at a time.
 */
export async function* runsOf(
  content: Readable,
  part: PartShape,
  range: BlockRange
): AsyncGenerator<BlockRun, void, void> {
  const end = range.first + range.count
  for (let first = range.first; first < end; first += WINDOW_BLOCKS) {
    const count = Math.min(WINDOW_BLOCKS, end - first)
    const extents = await content.extents(part.name, bytesOf(part, { first, count }))
    const spans = blocksOfExtents(extents)
    yield* ahead(readsOf(content, part, { first, count }, spans))
  }
}

/** The same for blocks of which it is known that they are worth reading, and of no others. */
export async function* dataRuns(
  content: Pick<MachineContent, 'read'>,
  part: PartShape,
  ranges: readonly BlockRange[]
): AsyncGenerator<BlockRun, void, void> {
  yield* ahead(readsOfAll(content, part, ranges))
}

function* readsOfAll(
  content: Pick<MachineContent, 'read'>,
  part: PartShape,
  ranges: readonly BlockRange[]
): Generator<Read, void, void> {
  for (const range of ranges) yield* readsOf(content, part, range, [range])
}

type Read = () => Promise<Iterable<BlockRun>>

/** What lies in a range: the spans are read, the rest is zero. */
function* readsOf(
  content: Pick<MachineContent, 'read'>,
  part: PartShape,
  range: BlockRange,
  spans: readonly BlockRange[]
): Generator<Read, void, void> {
  let at = range.first
  const zeros = (until: number): Read => {
    const run: BlockRun = { kind: 'zeros', first: at, count: until - at }
    return () => Promise.resolve([run])
  }
  for (const span of spans) {
    if (span.first > at) yield zeros(span.first)
    at = span.first + span.count
    for (let first = span.first; first < at; first += FRAME_BLOCKS_MAX) {
      const { offset, length } = bytesOf(part, {
        first,
        count: Math.min(FRAME_BLOCKS_MAX, at - first)
      })
      yield async () => splitZeros(await content.read(part.name, offset, length), first)
    }
  }
  const end = range.first + range.count
  if (at < end) yield zeros(end)
}

/** In order, and never more than `READS_AHEAD` that have begun and not been taken yet. */
async function* ahead(reads: Iterable<Read>): AsyncGenerator<BlockRun, void, void> {
  const begun: Promise<Iterable<BlockRun>>[] = []
  const rest = reads[Symbol.iterator]()
  for (;;) {
    while (begun.length < READS_AHEAD) {
      const next = rest.next()
      if (next.done === true) break
      const read = next.value()
      // Awaited in its turn; until then a failure must not count as unheard.
      read.catch(() => {})
      begun.push(read)
    }
    const first = begun.shift()
    if (first === undefined) return
    yield* await first
  }
}

export function bytesOf(part: PartShape, { first, count }: BlockRange): Extent {
  const offset = first * BLOCK_BYTES
  return { offset, length: Math.min(count * BLOCK_BYTES, part.sizeBytes - offset) }
}

/** The blocks that ascending extents touch, each once. */
export function blocksOfExtents(extents: readonly Extent[]): readonly BlockRange[] {
  const ranges: { first: number; count: number }[] = []
  for (const { offset, length } of extents) {
    const first = Math.floor(offset / BLOCK_BYTES)
    const end = Math.ceil((offset + length) / BLOCK_BYTES)
    const last = ranges.at(-1)
    if (last !== undefined && first <= last.first + last.count) last.count = end - last.first
    else ranges.push({ first, count: end - first })
  }
  return ranges
}

const ZEROS = Buffer.alloc(BLOCK_BYTES)

/** Compared natively: this looks at every byte of a machine. */
function isZero(block: Uint8Array): boolean {
  return ZEROS.subarray(0, block.byteLength).equals(block)
}

/** Written zeros are told apart from data no more than holes are. */
function* splitZeros(bytes: Uint8Array, first: number): Generator<BlockRun, void, void> {
  const count = Math.ceil(bytes.byteLength / BLOCK_BYTES)
  const zero = (at: number): boolean =>
    isZero(bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES))
  for (let at = 0; at < count; ) {
    const begin = at
    const kind = zero(at)
    while (at < count && zero(at) === kind) at++
    yield kind
      ? { kind: 'zeros', first: first + begin, count: at - begin }
      : {
          kind: 'data',
          first: first + begin,
          bytes: bytes.subarray(begin * BLOCK_BYTES, at * BLOCK_BYTES)
        }
  }
}
