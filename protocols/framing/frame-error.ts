/**
 * What can go wrong below the messages. The list is closed:
 * - `OVERSIZED`: a frame announces, or is asked to have, more bytes than its protocol allows.
 * - `TRUNCATED`: the stream ended in the middle of a frame.
 * - `MALFORMED`: the length prefix is not a minimal unsigned varint, or the bytes are not a message.
 * - `TIMEOUT`: no whole frame came, or none could be sent, within the idle time.
 * - `CLOSED`: the stream was reset, closed or cancelled.
 */
export const FRAME_ERROR_CODES = [
  'OVERSIZED',
  'TRUNCATED',
  'MALFORMED',
  'TIMEOUT',
  'CLOSED'
] as const

export type FrameErrorCode = (typeof FRAME_ERROR_CODES)[number]

export class FrameError extends Error {
  override readonly name: string = 'FrameError'
  readonly code: FrameErrorCode
  constructor(code: FrameErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
