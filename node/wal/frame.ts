/**
 * A write of the log, framed: mark (4) ‖ length (4, little-endian) ‖ crc32c (4) ‖ payload, the payload being the
 * entries of the write, each behind its length (4).
 *
 * One write is one frame, so that a torn write can spoil nothing but the last frame. The checksum covers the
 * frame's position as well: bytes that somebody else chose and that look like a frame, inside a payload, do not
 * pass for one when a frame is looked for behind a bad one.
 */
import { crc32c } from './crc32c.ts'

const MARK = Buffer.from('VWAL', 'latin1')
const HEADER_BYTES = 12
const ENTRY_HEADER_BYTES = 4

export function encodeFrame(entries: readonly Uint8Array[], position: number): Buffer {
  const length = entries.reduce((sum, entry) => sum + ENTRY_HEADER_BYTES + entry.byteLength, 0)
  const frame = Buffer.alloc(HEADER_BYTES + length)
  frame.set(MARK)
  frame.writeUInt32LE(length, 4)
  let at = HEADER_BYTES
  for (const entry of entries) {
    frame.writeUInt32LE(entry.byteLength, at)
    frame.set(entry, at + ENTRY_HEADER_BYTES)
    at += ENTRY_HEADER_BYTES + entry.byteLength
  }
  frame.writeUInt32LE(checksum(position, frame.subarray(HEADER_BYTES)), 8)
  return frame
}

export interface Scanned {
  readonly entries: readonly Uint8Array[]
  /** Where the last good frame ends; what stands behind it is a torn write, or nothing. */
  readonly end: number
  /** Where a good frame stands behind a bad one: the log has lost what it had promised to keep. */
  readonly corruptBefore: number | null
}

/** Reads a whole log. */
export function scanFrames(log: Buffer): Scanned {
  const entries: Uint8Array[] = []
  let end = 0
  for (let payload = payloadAt(log, end); payload !== null; payload = payloadAt(log, end)) {
    entries.push(...entriesOf(payload))
    end += HEADER_BYTES + payload.byteLength
  }
  return { entries, end, corruptBefore: end === log.byteLength ? null : nextGood(log, end + 1) }
}

function nextGood(log: Buffer, from: number): number | null {
  for (let at = log.indexOf(MARK, from); at >= 0; at = log.indexOf(MARK, at + 1)) {
    if (payloadAt(log, at) !== null) return at
  }
  return null
}

function payloadAt(log: Buffer, position: number): Buffer | null {
  const start = position + HEADER_BYTES
  if (start > log.byteLength) return null
  if (!log.subarray(position, position + MARK.byteLength).equals(MARK)) return null
  const payload = log.subarray(start, start + log.readUInt32LE(position + 4))
  if (payload.byteLength < log.readUInt32LE(position + 4)) return null
  return checksum(position, payload) === log.readUInt32LE(position + 8) ? payload : null
}

function entriesOf(payload: Buffer): Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = 0; at < payload.byteLength; ) {
    const start = at + ENTRY_HEADER_BYTES
    at = start + payload.readUInt32LE(at)
    entries.push(Uint8Array.from(payload.subarray(start, at)))
  }
  return entries
}

function checksum(position: number, payload: Uint8Array): number {
  const place = Buffer.alloc(8)
  place.writeBigUInt64LE(BigInt(position))
  return crc32c(payload, crc32c(place))
}
