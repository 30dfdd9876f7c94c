import type { FileHandle } from 'node:fs/promises'
import { readExactly } from '../file-bytes.ts'
import {
  FLAGS,
  PAGE_BYTES,
  type RamBlock,
  SECTION_END,
  SECTION_FOOTER,
  type StreamFrame
} from './migration-reader.ts'
import { readFrame } from './page-file.ts'
import type { PageSet } from './page-set.ts'

const READ_BYTES = 2 ** 20

/** The stream from which QEMU loads what `savePages` has saved. Throws UnknownStream. */
export async function* pagesStream(file: FileHandle): AsyncGenerator<Buffer, void, void> {
  const { frame, holding } = await readFrame(file)
  yield frame.head
  yield sectionWord(SECTION_END, frame)
  for (const block of frame.blocks) yield* blockStream(file, block, holding)
  const end = Buffer.alloc(8)
  end.writeUInt32BE(FLAGS.end, 4)
  yield end
  yield sectionWord(SECTION_FOOTER, frame)
  yield frame.tail
}

function sectionWord(kind: number, { sectionId }: StreamFrame): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(kind)
  bytes.writeUInt32BE(sectionId, 1)
  return bytes
}

async function* blockStream(
  file: FileHandle,
  block: RamBlock,
  holding: PageSet
): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < block.sizeBytes; at += READ_BYTES) {
    const length = Math.min(READ_BYTES, block.sizeBytes - at)
    const from = block.offset + at
    const isEmpty = holding.extents(from, from + length).next().done === true
    const bytes = isEmpty ? NOTHING : await readExactly(file, from, length)
    yield records(block, at, { length, bytes, holding })
  }
}

const NOTHING = new Uint8Array(0)

interface Piece {
  readonly length: number
  /** Empty when no page of the piece holds anything. */
  readonly bytes: Uint8Array
  readonly holding: PageSet
}

/** Zeros are said for every page, because what is loaded over is not known to be zero. */
function records(block: RamBlock, address: number, { length, bytes, holding }: Piece): Buffer {
  const name = Buffer.from(block.id, 'latin1')
  const out = Buffer.allocUnsafe(bytes.length + (length / PAGE_BYTES) * 9 + 1 + name.length)
  let to = 0
  for (let at = 0; at < length; at += PAGE_BYTES) {
    const isZero = !holding.has(block.offset + address + at)
    const isFirst = address + at === 0
    const flags = (isZero ? FLAGS.zero : FLAGS.page) + (isFirst ? 0 : FLAGS.again)
    to = out.writeUInt32BE(Math.floor((address + at) / 2 ** 32), to)
    to = out.writeUInt32BE(((address + at) % 2 ** 32) + flags, to)
    if (isFirst) {
      to = out.writeUInt8(name.length, to)
      to += name.copy(out, to)
    }
    if (isZero) to = out.writeUInt8(0, to)
    else {
      out.set(bytes.subarray(at, at + PAGE_BYTES), to)
      to += PAGE_BYTES
    }
  }
  return out.subarray(0, to)
}
