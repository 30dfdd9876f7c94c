/** The one place where `agreement` touches a stream: one direction between two coordinators. */
import type { Stream } from '@libp2p/interface'
import { expectMessage, frames, readMessage, sendMessage } from '../framing/index.ts'
import {
  type AgreementRefusal,
  agreementBatch,
  agreementWelcome,
  BATCH_FRAME_BYTES_MAX,
  WELCOME_FRAME_BYTES_MAX
} from './messages.ts'
import type { SendQueue } from './send-queue.ts'

/** A sender with nothing to say lets itself be heard this often: a quarter of what the receiver bears. */
const ALIVE_MS = 15_000

export class AgreementRefused extends Error {
  override readonly name: string = 'AgreementRefused'
  readonly code: AgreementRefusal['code']
  constructor({ code, message }: AgreementRefusal) {
    super(message)
    this.code = code
  }
}

export interface SendOptions {
  readonly signal: AbortSignal
  /** The other side takes messages from now on. */
  readonly onWelcome?: () => void
}

/**
 * Sends what the queue holds and will hold, until the stream or the signal ends it. Throws `AgreementRefused`, or
 * `FrameError`: what had been taken from the queue may be lost then.
 */
export async function sendAgreement(
  stream: Stream,
  queue: SendQueue,
  { signal, onWelcome }: SendOptions
): Promise<void> {
  const channel = frames(stream, {
    maxBytes: WELCOME_FRAME_BYTES_MAX,
    maxWriteBytes: BATCH_FRAME_BYTES_MAX,
    signal
  })
  const answer = await expectMessage(channel, agreementWelcome)
  if (answer.kind === 'refused') {
    await channel.finish()
    throw new AgreementRefused(answer)
  }
  onWelcome?.()
  const ended = new AbortController()
  void channel.gone().then(() => ended.abort())
  while (!ended.signal.aborted && !signal.aborted) {
    await queue.filled(ALIVE_MS, ended.signal)
    if (ended.signal.aborted) break
    await sendMessage(channel, agreementBatch, { kind: 'batch', messages: queue.take() })
  }
}

export interface ReceiveOptions {
  readonly signal: AbortSignal
  /** Undefined: welcome. */
  readonly refusal: AgreementRefusal | undefined
  /** The next batch is read when this resolves. */
  readonly take: (messages: readonly Uint8Array[]) => Promise<void>
}

/** Receives until the peer closes its end. Throws `FrameError`. */
export async function receiveAgreement(stream: Stream, options: ReceiveOptions): Promise<void> {
  const channel = frames(stream, {
    maxBytes: BATCH_FRAME_BYTES_MAX,
    maxWriteBytes: WELCOME_FRAME_BYTES_MAX,
    signal: options.signal
  })
  if (options.refusal !== undefined) {
    await sendMessage(channel, agreementWelcome, { kind: 'refused', ...options.refusal })
    await channel.finish()
    return
  }
  try {
    await sendMessage(channel, agreementWelcome, { kind: 'welcome' })
    for (;;) {
      const batch = await readMessage(channel, agreementBatch)
      if (batch === null) break
      await options.take(batch.messages)
    }
    await channel.finish()
  } catch (error) {
    channel.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}
