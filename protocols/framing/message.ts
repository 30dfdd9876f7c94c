/** Messages in canonical CBOR, one a frame. */
import {
  type Codec,
  decodeAs,
  EncodingError,
  encodeAs,
  fields,
  type Limits
} from '../../ledger/index.ts'
import { FrameError } from './frame-error.ts'
import type { Frames } from './frames.ts'

/** A kind of message with the bounds it is read under. */
export interface MessageKind<T> {
  /** For sentences: `order request`. */
  readonly name: string
  readonly codec: Codec<T>
  readonly limits: Limits
}

/** Throws `EncodingError` for a message that the other side would refuse. */
export function encodeMessage<T>(kind: MessageKind<T>, message: T): Uint8Array {
  return encodeAs(kind.codec, message)
}

/** Throws `FrameError` MALFORMED, with the `EncodingError` as its cause. */
export function decodeMessage<T>(kind: MessageKind<T>, body: Uint8Array): T {
  try {
    return decodeAs(kind.codec, body, kind.limits)
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause
    throw new FrameError('MALFORMED', `not a ${kind.name}: ${cause.message}`, { cause })
  }
}

/** The next message, or null at the peer's close. Throws `FrameError`. */
export async function readMessage<T>(frames: Frames, kind: MessageKind<T>): Promise<T | null> {
  const body = await frames.read()
  return body === null ? null : decodeMessage(kind, body)
}

/** As `readMessage`, where a close instead of an answer is a broken promise. */
export async function expectMessage<T>(frames: Frames, kind: MessageKind<T>): Promise<T> {
  const message = await readMessage(frames, kind)
  if (message !== null) return message
  throw new FrameError('TRUNCATED', `the peer closed the stream instead of sending a ${kind.name}`)
}

export async function sendMessage<T>(
  frames: Frames,
  kind: MessageKind<T>,
  message: T
): Promise<void> {
  await frames.write(encodeMessage(kind, message))
}

/** Bytes of any length up to `max`. */
export function blob(max: number): Codec<Uint8Array> {
  const within = (value: Uint8Array): Uint8Array => {
    if (value.byteLength <= max) return value
    throw new EncodingError('OUT_OF_RANGE', `${value.byteLength} bytes, at most ${max}`)
  }
  return { write: (value, to) => to.bytes(within(value)), read: from => within(from.bytes()) }
}

/** No fields at all. */
export const nothing: Codec<Record<never, never>> = {
  write: (_, to) => to.array(0),
  read(from) {
    if (from.array() === 0) return {}
    throw new EncodingError('WRONG_SHAPE', 'not an empty array')
  }
}

const SENTENCE_CHARACTERS_MAX = 300
/** Three bytes of UTF-8 for each character at most. */
const sentenceText = fields.text(3 * SENTENCE_CHARACTERS_MAX)

/**
 * A sentence for a person. Cut and cleaned when it is written: it may quote a driver's or a peer's words, and
 * a refusal must not fail for the sake of them.
 */
export const sentence: Codec<string> = {
  write: (value, to) =>
    to.text(value.slice(0, SENTENCE_CHARACTERS_MAX).replaceAll(/[\p{Cc}\p{Surrogate}]+/gu, ' ')),
  read: from => sentenceText.read(from)
}
