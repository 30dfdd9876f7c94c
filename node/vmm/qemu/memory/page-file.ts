/** A memory with its pages at fixed places: see SPEC.md. */
import type { FileHandle } from 'node:fs/promises'
import { readExactly, writeExactly } from '../file-bytes.ts'
import { MigrationReader, type StreamFrame, UnknownStream } from './migration-reader.ts'

const MAGIC = 'virtuoso/pages/1'
const FOOTER_BYTES = 32

/** Writes what is not a page behind the pages; the file is complete then. */
export async function writeFrame(file: FileHandle, frame: StreamFrame): Promise<void> {
  const footer = Buffer.alloc(FOOTER_BYTES)
  footer.write(MAGIC, 'latin1')
  footer.writeBigUInt64BE(BigInt(frame.ramBytes), 16)
  footer.writeUInt32BE(frame.head.length, 24)
  footer.writeUInt32BE(frame.tail.length, 28)
  await writeExactly(file, frame.ramBytes, Buffer.concat([frame.head, frame.tail, footer]))
}

/** Throws UnknownStream for a file that `writeFrame` has not completed: it may come from a stranger. */
export async function readFrame(file: FileHandle): Promise<StreamFrame> {
  const { size } = await file.stat()
  if (size < FOOTER_BYTES) throw new UnknownStream(`The memory has only ${size} bytes.`)
  const footer = Buffer.from(await readExactly(file, size - FOOTER_BYTES, FOOTER_BYTES))
  const ramBytes = Number(footer.readBigUInt64BE(16))
  const headLength = footer.readUInt32BE(24)
  const tailLength = footer.readUInt32BE(28)
  const isWhole = ramBytes + headLength + tailLength + FOOTER_BYTES === size
  if (footer.toString('latin1', 0, 16) !== MAGIC || !isWhole) {
    throw new UnknownStream('The memory does not end as a file of pages does.')
  }
  const rest = Buffer.from(await readExactly(file, ramBytes, headLength + tailLength))
  const reader = new MigrationReader(ramBytes)
  for (const _page of reader.push(rest.subarray(0, headLength))) break
  const frame = reader.frame()
  if (!reader.isLaidOut || frame.head.length !== headLength || frame.ramBytes !== ramBytes) {
    throw new UnknownStream('The blocks of the memory are not those of its head.')
  }
  return { ...frame, tail: rest.subarray(headLength) }
}
