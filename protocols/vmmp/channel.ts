/** The one place where VMMP touches a stream. */
import type { Stream } from '@libp2p/interface'
import { type FrameOptions, frames } from '../framing/index.ts'
import { encodeVmmp, VMMP_BYTES_MAX, type VmmpMessage } from './message.ts'
import { type Parsed, parseVmmp } from './parse.ts'

export interface VmmpChannel {
  /** The next message or the typed refusal of what came instead; null at the peer's close. Throws `FrameError`. */
  receive(): Promise<Parsed | null>
  /** Throws `FrameError`. */
  send(message: VmmpMessage): Promise<void>
  /** Says a last word and ends the stream without waiting for an answer. */
  finish(last?: VmmpMessage): Promise<void>
  abort(reason: Error): void
}

export function vmmpChannel(
  stream: Stream,
  options: Omit<FrameOptions, 'maxBytes'> = {}
): VmmpChannel {
  const channel = frames(stream, { ...options, maxBytes: VMMP_BYTES_MAX })
  return {
    async receive() {
      const body = await channel.read()
      return body === null ? null : parseVmmp(body)
    },
    send: message => channel.write(encodeVmmp(message)),
    finish: last => channel.finish(last === undefined ? undefined : encodeVmmp(last)),
    abort: reason => channel.abort(reason)
  }
}
