import type { Uint8ArrayList } from 'uint8arraylist'
import { FrameError } from './frame-error.ts'

/** Four varint bytes carry 28 bits: no frame of ours comes near 256 MiB, so a longer prefix is refused. */
const PREFIX_BYTES_MAX = 4
/** The largest length that such a prefix can say. */
export const FRAME_BYTES_MAX: number = 2 ** 28 - 1

export interface FrameLength {
  readonly prefixBytes: number
  readonly bodyBytes: number
}

/** Unsigned varint (LEB128) of a frame's length, in its one shortest form. */
export function encodeFrameLength(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/**
 * Reads the prefix at the start of `list` without consuming it; undefined while it is incomplete.
 * Throws MALFORMED for a prefix that is too long or not the shortest form, OVERSIZED above `maxBytes`.
 */
export function peekFrameLength(list: Uint8ArrayList, maxBytes: number): FrameLength | undefined {
  let bodyBytes = 0
  for (let i = 0; i < PREFIX_BYTES_MAX; i++) {
    if (i >= list.byteLength) return undefined
    const byte = list.get(i)
    bodyBytes |= (byte & 0x7f) << (7 * i)
    if ((byte & 0x80) !== 0) continue
    if (byte === 0 && i > 0) {
      throw new FrameError('MALFORMED', `the frame length ${bodyBytes} is not in its shortest form`)
    }
    if (bodyBytes > maxBytes) {
      throw new FrameError(
        'OVERSIZED',
        `a frame of ${bodyBytes} bytes was announced, at most ${maxBytes} are allowed here`
      )
    }
    return { prefixBytes: i + 1, bodyBytes }
  }
  throw new FrameError('MALFORMED', `the frame length is longer than ${PREFIX_BYTES_MAX} bytes`)
}
