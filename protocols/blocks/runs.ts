/** A run: some blocks of one part in a row, as data or as zeros; and the check that runs are what was asked. */
import { FrameError } from '../framing/index.ts'
import { type BlocksReply, GET_BLOCKS_MAX } from './messages.ts'
import { BLOCK_BYTES, blocksOf, type PartName, type PartShape } from './parts.ts'

export type BlockRun =
  | { readonly kind: 'data'; readonly first: number; readonly bytes: Uint8Array }
  | { readonly kind: 'zeros'; readonly first: number; readonly count: number }

export interface BlockRange {
  readonly first: number
  readonly count: number
}

/** How many blocks a run covers. */
export function runBlocks(run: BlockRun): number {
  return run.kind === 'zeros' ? run.count : blocksIn(run.bytes.byteLength)
}

function blocksIn(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES)
}

/** What a reply says of a run before its bytes have come. */
export type RunPlace = Extract<BlocksReply, { readonly kind: 'data' | 'zeros' }>

/** Cuts a range into what single GETs may ask for. */
export function getsFor(range: BlockRange): readonly BlockRange[] {
  const gets: BlockRange[] = []
  for (let done = 0; done < range.count; done += GET_BLOCKS_MAX) {
    gets.push({
      first: range.first + done,
      count: Math.min(GET_BLOCKS_MAX, range.count - done)
    })
  }
  return gets
}

/**
 * The run that a reply announces, if it begins exactly at block `next`, stays before `end` and has whole blocks (but for
 * the last of the part). Throws `FrameError` MALFORMED otherwise.
 */
export function expectRun(
  reply: BlocksReply,
  part: PartShape,
  range: { readonly next: number; readonly end: number }
): RunPlace {
  if ((reply.kind !== 'data' && reply.kind !== 'zeros') || reply.part !== part.name) {
    throw new FrameError('MALFORMED', `'${reply.kind}' is not a run of ${part.name}`)
  }
  const count = reply.kind === 'zeros' ? reply.count : blocksIn(reply.sizeBytes)
  const after = reply.first + count
  if (reply.first !== range.next || after > range.end || after === reply.first) {
    const found = `blocks ${reply.first} to ${after}`
    throw new FrameError('MALFORMED', `${found} came, asked were ${range.next} to ${range.end}`)
  }
  if (reply.kind === 'data') {
    const endByte = Math.min(after * BLOCK_BYTES, part.sizeBytes)
    const expected = endByte - reply.first * BLOCK_BYTES
    if (reply.sizeBytes !== expected) {
      const found = `${reply.sizeBytes} bytes`
      throw new FrameError('MALFORMED', `${found} for blocks ${reply.first} to ${after}`)
    }
  }
  return reply
}

/** The part a GET names, if the range lies within it; otherwise the sentence that says why not. */
export function partOfGet(
  parts: readonly PartShape[],
  get: { readonly part: PartName } & BlockRange
): PartShape | string {
  const part = parts.find(one => one.name === get.part)
  if (part === undefined) return `this machine has no part ${get.part}`
  const end = get.first + get.count
  if (end <= blocksOf(part)) return part
  return `blocks ${get.first} to ${end} of ${get.part}: it has ${blocksOf(part)}`
}
