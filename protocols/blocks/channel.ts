/** What both ends of a `blocks` stream agree on. */
import type { FrameOptions } from '../framing/index.ts'
import { BLOCKS_FRAME_BYTES_MAX, SIGNATURES_BYTES_MAX } from './messages.ts'

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

export const PULLING: { maxBytes: number; maxWriteBytes: number } = {
  maxBytes: BLOCKS_FRAME_BYTES_MAX,
  maxWriteBytes: SIGNATURES_BYTES_MAX
}
export const SERVING: { maxBytes: number; maxWriteBytes: number } = {
  maxBytes: SIGNATURES_BYTES_MAX,
  maxWriteBytes: BLOCKS_FRAME_BYTES_MAX
}
