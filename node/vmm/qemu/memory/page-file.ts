/** A memory with its pages at fixed places: see SPEC.md. */
import type { FileHandle } from 'node:fs/promises'
import type { Extent } from '../../vmm.ts'
import { readExactly, writeExactly } from '../file-bytes.ts'
import { MigrationReader, PAGE_BYTES, type StreamFrame, UnknownStream } from './migration-reader.ts'
import { bitsLength, PageSet } from './page-set.ts'

const MAGIC = 'virtuoso/pages/1'
const FOOTER_BYTES = 32

/** What such a file holds besides the pages themselves. */
export interface PageFile {
  readonly frame: StreamFrame
  /** Pages that are not zero. */
  readonly holding: PageSet
}

/** Writes it behind the pages; the file is complete then. */
export async function writeFrame(file: FileHandle, { frame, holding }: PageFile): Promise<void> {
  const footer = Buffer.alloc(FOOTER_BYTES)
  footer.write(MAGIC, 'latin1')
  footer.writeBigUInt64BE(BigInt(frame.ramBytes), 16)
  footer.writeUInt32BE(frame.head.length, 24)
  footer.writeUInt32BE(frame.tail.length, 28)
  const rest = [frame.head, frame.tail, holding.bits(frame.ramBytes), footer]
  await writeExactly(file, frame.ramBytes, Buffer.concat(rest))
}

/** Throws UnknownStream for a file that `writeFrame` has not completed: it may come from a stranger. */
export async function readFrame(file: FileHandle): Promise<PageFile> {
  const { size } = await file.stat()
  if (size < FOOTER_BYTES) throw new UnknownStream(`The memory has only ${size} bytes.`)
  const footer = Buffer.from(await readExactly(file, size - FOOTER_BYTES, FOOTER_BYTES))
  const ramBytes = Number(footer.readBigUInt64BE(16))
  const headLength = footer.readUInt32BE(24)
  const tailLength = footer.readUInt32BE(28)
  const bits = bitsLength(ramBytes)
  const isWhole = ramBytes + headLength + tailLength + bits + FOOTER_BYTES === size
  if (footer.toString('latin1', 0, 16) !== MAGIC || !isWhole) {
    throw new UnknownStream('The memory does not end as a file of pages does.')
  }
  const rest = Buffer.from(await readExactly(file, ramBytes, headLength + tailLength + bits))
  const reader = new MigrationReader(ramBytes)
  for (const _page of reader.push(rest.subarray(0, headLength))) break
  const frame = reader.frame()
  if (!reader.isLaidOut || frame.head.length !== headLength || frame.ramBytes !== ramBytes) {
    throw new UnknownStream('The blocks of the memory are not those of its head.')
  }
  const tail = rest.subarray(headLength, headLength + tailLength)
  const holding = new PageSet(rest.subarray(headLength + tailLength))
  return { frame: { ...frame, tail }, holding }
}

/** Extents within a range that are known to hold data: of a file that is none of ours, all of it. */
export async function pageExtents(
  file: FileHandle
): Promise<(within: Extent) => readonly Extent[]> {
  const found = await readFrame(file).catch(() => undefined)
  if (found === undefined) return within => [within]
  const { ramBytes } = found.frame
  return ({ offset, length }) => {
    const end = offset + length
    const from = Math.floor(offset / PAGE_BYTES) * PAGE_BYTES
    const to = Math.min(ramBytes, Math.ceil(end / PAGE_BYTES) * PAGE_BYTES)
    const extents = [...found.holding.extents(from, to)]
    const behind = Math.max(offset, ramBytes)
    if (end > behind) extents.push({ offset: behind, length: end - behind })
    return extents
  }
}
