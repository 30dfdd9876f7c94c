/**
 * A finer delta than blocks, for slow links: of a block that changed, a guest often wrote a few lines only.
 *
 *   signatures  CRC-32 of each piece of 256 bytes of what the destination has, 4 bytes each, big-endian
 *   patch       a bit for each piece, the first in the lowest bit of the first byte, 1 where it differs; then the
 *               pieces that differ
 *
 * Pieces are those of the blocks asked for, put in a row; the last one may be short. A checksum that fits by chance
 * leaves an old piece: the block's leaf tells, and the block is asked for as a whole.
 */
import { FrameError } from '../framing/index.ts'

const PIECE_BYTES = 256
const SIGNATURE_BYTES = 4

/** CRC-32 as of zlib. */
export type Checksum = (bytes: Uint8Array) => number

export function piecesIn(bytes: number): number {
  return Math.ceil(bytes / PIECE_BYTES)
}

/** Bytes of the signatures of so many bytes. */
export function signatureBytes(bytes: number): number {
  return piecesIn(bytes) * SIGNATURE_BYTES
}

/** The most and the least that a patch for so many bytes can have. */
export function patchBounds(bytes: number): { readonly least: number; readonly most: number } {
  const least = mapBytes(bytes)
  return { least, most: least + bytes }
}

export function signaturesOf(old: Uint8Array, checksum: Checksum): Uint8Array {
  const signatures = new Uint8Array(signatureBytes(old.byteLength))
  const view = new DataView(signatures.buffer)
  for (let nth = 0; nth < piecesIn(old.byteLength); nth++)
    view.setUint32(nth * SIGNATURE_BYTES, checksum(piece(old, nth)))
  return signatures
}

/** What makes `bytes` of bytes with these signatures. Throws `FrameError` for signatures of another length. */
export function patchOf(bytes: Uint8Array, signatures: Uint8Array, checksum: Checksum): Uint8Array {
  if (signatures.byteLength !== signatureBytes(bytes.byteLength))
    throw new FrameError('MALFORMED', `${signatures.byteLength} bytes of signatures`)
  const view = new DataView(signatures.buffer, signatures.byteOffset)
  const patch = new Uint8Array(patchBounds(bytes.byteLength).most)
  let at = mapBytes(bytes.byteLength)
  for (let nth = 0; nth < piecesIn(bytes.byteLength); nth++) {
    const present = piece(bytes, nth)
    if (checksum(present) === view.getUint32(nth * SIGNATURE_BYTES)) continue
    patch[nth >> 3] = (patch[nth >> 3] ?? 0) | (1 << (nth & 7))
    patch.set(present, at)
    at += present.byteLength
  }
  return patch.subarray(0, at)
}

/** Changes what the signatures were made of. Throws `FrameError` when the patch is not one for so many bytes. */
export function applyPatch(old: Uint8Array, patch: Uint8Array): void {
  let at = mapBytes(old.byteLength)
  for (let nth = 0; nth < piecesIn(old.byteLength); nth++) {
    if ((((patch[nth >> 3] ?? 0) >> (nth & 7)) & 1) === 0) continue
    const target = piece(old, nth)
    const present = patch.subarray(at, at + target.byteLength)
    if (present.byteLength < target.byteLength)
      throw new FrameError('MALFORMED', 'a patch that is too short')
    target.set(present)
    at += target.byteLength
  }
  if (at !== patch.byteLength)
    throw new FrameError('MALFORMED', `a patch of ${patch.byteLength} bytes, expected ${at}`)
}

function mapBytes(bytes: number): number {
  return Math.ceil(piecesIn(bytes) / 8)
}

function piece(bytes: Uint8Array, nth: number): Uint8Array {
  return bytes.subarray(nth * PIECE_BYTES, (nth + 1) * PIECE_BYTES)
}
