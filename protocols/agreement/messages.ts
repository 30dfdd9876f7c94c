/** What travels between coordinators; SPEC.md has the conversation. */
import { type Codec, choice, list, MESSAGE_LIMITS, record, tagged } from '../../ledger/index.ts'
import { blob, type MessageKind, nothing, sentence } from '../framing/index.ts'

/** Messages of one batch: a step of the agreement sends a dozen, and a view's resend a few dozen. */
export const BATCH_MESSAGES_MAX = 256
/** A batch is closed when it has this many bytes; a single message may be larger. */
export const BATCH_BYTES = 262_144
/** Largest message: what the ledger lets any of its messages be. */
export const AGREEMENT_MESSAGE_BYTES_MAX: number = MESSAGE_LIMITS.bytesMax
/** The largest message behind almost a whole batch, and the heads of all of them. */
export const BATCH_FRAME_BYTES_MAX: number =
  BATCH_BYTES + AGREEMENT_MESSAGE_BYTES_MAX + BATCH_MESSAGES_MAX * 8
export const WELCOME_FRAME_BYTES_MAX = 1_024

export const AGREEMENT_REFUSAL_CODES = ['NOT_A_COORDINATOR', 'NO_SEAT', 'SHUT_OUT'] as const
export type AgreementRefusalCode = (typeof AGREEMENT_REFUSAL_CODES)[number]

export interface AgreementRefusal {
  readonly code: AgreementRefusalCode
  readonly message: string
}

export type AgreementWelcome =
  | { readonly kind: 'welcome' }
  | ({ readonly kind: 'refused' } & AgreementRefusal)

const welcomeCodec: Codec<AgreementWelcome> = tagged<AgreementWelcome, 'kind'>('kind', {
  welcome: nothing,
  refused: record({ code: choice(AGREEMENT_REFUSAL_CODES), message: sentence })
})

export const agreementWelcome: MessageKind<AgreementWelcome> = {
  name: 'welcome among coordinators',
  codec: welcomeCodec,
  limits: { bytesMax: WELCOME_FRAME_BYTES_MAX, depthMax: 3, valuesMax: 4 }
}

export interface AgreementBatch {
  readonly kind: 'batch'
  readonly messages: readonly Uint8Array[]
}

const batchCodec: Codec<AgreementBatch> = tagged<AgreementBatch, 'kind'>('kind', {
  batch: record({ messages: list(blob(AGREEMENT_MESSAGE_BYTES_MAX), BATCH_MESSAGES_MAX) })
})

export const agreementBatch: MessageKind<AgreementBatch> = {
  name: 'batch of agreement messages',
  codec: batchCodec,
  limits: { bytesMax: BATCH_FRAME_BYTES_MAX, depthMax: 3, valuesMax: BATCH_MESSAGES_MAX + 3 }
}
