import { BLOCK_BYTES, type BlockRange, FRAME_BLOCKS_MAX } from '../../protocols/blocks/index.ts'
import type { MachineContent, PartShape } from '../vmm/index.ts'

type Readable = Pick<MachineContent, 'read' | 'extents'>

/** Some blocks of one part in a row, as data or as zeros. */
export type BlockRun =
  | { readonly kind: 'data'; readonly first: number; readonly bytes: Uint8Array }
  | { readonly kind: 'zeros'; readonly first: number; readonly count: number }

/**
 * The blocks of a range in order: data as it is read, holes and zero blocks as counts. At most
 * `FRAME_BLOCKS_MAX` blocks of data are in memory at a time.
 */
export async function* runsOf(
  content: Readable,
  part: PartShape,
  range: BlockRange
): AsyncGenerator<BlockRun, void, void> {
  const holds = await dataBlocks(content, part)
  const end = range.first + range.count
  for (let at = range.first; at < end; ) {
    const span = holds.find(each => each.end > at)
    const dataFrom = Math.min(span?.first ?? end, end)
    if (dataFrom > at) {
      yield { kind: 'zeros', first: at, count: dataFrom - at }
      at = dataFrom
      continue
    }
    const count = Math.min(FRAME_BLOCKS_MAX, end - at, (span?.end ?? end) - at)
    yield* readRuns(content, part, at, count)
    at += count
  }
}

async function* readRuns(
  content: Readable,
  part: PartShape,
  first: number,
  count: number
): AsyncGenerator<BlockRun, void, void> {
  const offset = first * BLOCK_BYTES
  const length = Math.min(count * BLOCK_BYTES, part.sizeBytes - offset)
  const bytes = await content.read(part.name, offset, length)
  yield* splitZeros(bytes, first)
}

const ZEROS = Buffer.alloc(BLOCK_BYTES)

/** Compared natively: this looks at every byte of a machine. */
function isZero(block: Uint8Array): boolean {
  return ZEROS.subarray(0, block.byteLength).equals(block)
}

/** Written zeros travel no more than holes do. */
export function* splitZeros(bytes: Uint8Array, first: number): Generator<BlockRun, void, void> {
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

interface BlockSpan {
  readonly first: number
  readonly end: number
}

async function dataBlocks(content: Readable, part: PartShape): Promise<readonly BlockSpan[]> {
  const extents = await content.extents(part.name)
  return extents.map(({ offset, length }) => ({
    first: Math.floor(offset / BLOCK_BYTES),
    end: Math.ceil((offset + length) / BLOCK_BYTES)
  }))
}
