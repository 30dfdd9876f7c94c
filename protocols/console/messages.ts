/** What travels on a console's stream; SPEC.md has the conversation. */
import { type Codec, choice, record, tagged } from '../../ledger/index.ts'
import { blob, type MessageKind, nothing, sentence } from '../framing/index.ts'
import {
  CONSOLE_REFUSAL_CODES,
  type ConsoleRefusal,
  type SignedConsoleOpen,
  signedConsoleOpenCodec
} from './open.ts'

/** Console bytes in one frame: small enough that a key press never waits long behind a picture. */
export const CONSOLE_DATA_BYTES_MAX: number = 32_768
export const CONSOLE_FRAME_BYTES_MAX: number = CONSOLE_DATA_BYTES_MAX + 32

export type ConsoleMessage =
  /** First frame of the owner's node; never again. */
  | { readonly kind: 'open'; readonly permission: SignedConsoleOpen }
  /** The holder's answer: bytes may follow, both ways. */
  | { readonly kind: 'ok' }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'keep-alive' }
  /** The holder's no, or its reason for closing later. */
  | ({ readonly kind: 'refused' } & ConsoleRefusal)

const messageCodec: Codec<ConsoleMessage> = tagged<ConsoleMessage, 'kind'>('kind', {
  open: record({ permission: signedConsoleOpenCodec }),
  ok: nothing,
  data: record({ bytes: blob(CONSOLE_DATA_BYTES_MAX) }),
  'keep-alive': nothing,
  refused: record({ code: choice(CONSOLE_REFUSAL_CODES), message: sentence })
})

export const consoleMessage: MessageKind<ConsoleMessage> = {
  name: 'console message',
  codec: messageCodec,
  limits: { bytesMax: CONSOLE_FRAME_BYTES_MAX, depthMax: 6, valuesMax: 24 }
}
