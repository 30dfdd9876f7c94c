/** The one place where `console` touches a stream. */
import type { Stream } from '@libp2p/interface'
import {
  encodeMessage,
  expectMessage,
  FrameError,
  type FrameOptions,
  type Frames,
  frames,
  readMessage,
  sendMessage
} from '../framing/index.ts'
import {
  CONSOLE_DATA_BYTES_MAX,
  CONSOLE_FRAME_BYTES_MAX,
  type ConsoleMessage,
  consoleMessage
} from './messages.ts'
import type { ConsoleRefusal, SignedConsoleOpen } from './open.ts'

/** Each side says this often that it is there: libp2p ends a stream that is idle for 120 s. */
const KEEP_ALIVE_MS = 20_000

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

/** An open console: bytes both ways until one side closes. */
export interface ConsoleChannel {
  /** The next bytes; null when the other side has closed. Throws `ConsoleRefused` or `FrameError`. */
  receive(): Promise<Uint8Array | null>
  /** Any number of bytes; resolves when the stream has taken them. Throws `FrameError`. */
  send(bytes: Uint8Array): Promise<void>
  /** Ends it, with the reason where there is one. Never rejects. */
  close(reason?: ConsoleRefusal): Promise<void>
}

/** The holder said no, or closed the console for this reason. */
export class ConsoleRefused extends Error {
  override readonly name: string = 'ConsoleRefused'
  readonly refusal: ConsoleRefusal
  constructor(refusal: ConsoleRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** The owner's side. Throws `ConsoleRefused` or `FrameError`. */
export async function openConsole(
  stream: Stream,
  permission: SignedConsoleOpen,
  options: ChannelOptions = {}
): Promise<ConsoleChannel> {
  const channel = frames(stream, { ...options, maxBytes: CONSOLE_FRAME_BYTES_MAX })
  try {
    await sendMessage(channel, consoleMessage, { kind: 'open', permission })
    const reply = await expectMessage(channel, consoleMessage)
    if (reply.kind === 'refused') throw new ConsoleRefused(reply)
    if (reply.kind !== 'ok') throw unexpected(reply)
    return connect(channel)
  } catch (error) {
    void channel.finish()
    throw error
  }
}

/** A console that has been asked for and waits for the holder's answer. */
export interface ConsoleRequest {
  readonly permission: SignedConsoleOpen
  accept(): Promise<ConsoleChannel>
  refuse(reason: ConsoleRefusal): Promise<void>
}

/** The holder's side: reads what is asked. Throws `FrameError`; the stream is ended then. */
export async function receiveConsole(
  stream: Stream,
  options: ChannelOptions = {}
): Promise<ConsoleRequest> {
  const channel = frames(stream, { ...options, maxBytes: CONSOLE_FRAME_BYTES_MAX })
  const refuse = (reason: ConsoleRefusal): Promise<void> =>
    channel.finish(encodeMessage(consoleMessage, { kind: 'refused', ...reason }))
  try {
    const first = await expectMessage(channel, consoleMessage)
    if (first.kind !== 'open') throw unexpected(first)
    const accept = async (): Promise<ConsoleChannel> => {
      await sendMessage(channel, consoleMessage, { kind: 'ok' })
      return connect(channel)
    }
    return { permission: first.permission, accept, refuse }
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unreadable'
    await refuse({ code: 'MALFORMED', message })
    throw error
  }
}

function connect(channel: Frames): ConsoleChannel {
  const alive = setInterval(() => {
    sendMessage(channel, consoleMessage, { kind: 'keep-alive' }).catch(() => clearInterval(alive))
  }, KEEP_ALIVE_MS)
  void channel.gone().then(() => clearInterval(alive))
  return {
    async receive() {
      for (;;) {
        const message = await readMessage(channel, consoleMessage)
        if (message === null) return null
        if (message.kind === 'refused') throw new ConsoleRefused(message)
        if (message.kind === 'data') return message.bytes
        if (message.kind !== 'keep-alive') throw unexpected(message)
      }
    },
    async send(bytes) {
      for (let at = 0; at < bytes.byteLength; at += CONSOLE_DATA_BYTES_MAX) {
        const part = bytes.subarray(at, at + CONSOLE_DATA_BYTES_MAX)
        await sendMessage(channel, consoleMessage, { kind: 'data', bytes: part })
      }
    },
    close(reason) {
      clearInterval(alive)
      const last: ConsoleMessage | undefined = reason && { kind: 'refused', ...reason }
      return channel.finish(last && encodeMessage(consoleMessage, last))
    }
  }
}

function unexpected(message: ConsoleMessage): FrameError {
  return new FrameError('MALFORMED', `'${message.kind}' has no place here`)
}
