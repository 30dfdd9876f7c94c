/** How coordinators' messages and their logs look in bytes. The order of fields is part of the format. */
import type {
  AgreementMessage,
  Certificate,
  LogRecord,
  Notarization,
  Nullification,
  QuorumCertificate
} from '../records/index.ts'
import {
  BLOCK_LIMITS,
  BLOCK_TRANSACTION_BYTES_MAX,
  blockCodec,
  certificateCodec,
  certifiedBlockCodec
} from './blocks.ts'
import { type Codec, choice, decodeAs, encodeAs, list, nullable, record, tagged } from './codec.ts'
import { counter, hash } from './fields.ts'
import type { Limits } from './scan.ts'
import { signedTransactionCodec } from './transactions.ts'
import {
  evidenceCodec,
  type Loose,
  naming,
  signedVoteCodec,
  voteCodec,
  votesCodec
} from './votes.ts'

/** Proofs of skipped views in one proposal: 40 minutes of views that time out at their longest. */
export const NULLIFICATIONS_MAX = 256
/** Final blocks of one answer; together with their bytes this bounds what a laggard has to hold. */
export const FINAL_BLOCKS_MAX = 64
/** Bytes of final blocks in one answer: the one that crosses this line is the last. */
export const FINAL_BLOCKS_BYTES_MAX: number = BLOCK_TRANSACTION_BYTES_MAX
/** Transactions of one forwarding message; more go in several. */
export const FORWARDED_MAX = 256

/** Any message: final blocks up to their line and one more whole block. */
export const MESSAGE_LIMITS: Limits = {
  bytesMax: FINAL_BLOCKS_BYTES_MAX + BLOCK_LIMITS.bytesMax + 262_144,
  depthMax: 20,
  valuesMax: 2 * BLOCK_LIMITS.valuesMax
}

function certificateOf<T extends QuorumCertificate>(kinds: readonly T['kind'][]): Codec<T> {
  const fields: Codec<Loose<T['kind']>> = record<
    Loose<T['kind']> & Pick<QuorumCertificate, 'epoch' | 'view' | 'votes'>
  >({
    kind: choice(kinds),
    epoch: counter,
    view: counter,
    block: nullable(hash),
    votes: votesCodec
  }) as Codec<Loose<T['kind']>>
  return naming(fields)
}

export const quorumCertificateCodec: Codec<QuorumCertificate> = certificateOf([
  'notarize',
  'finalize',
  'nullify'
])
const nullificationCodec: Codec<Nullification> = certificateOf(['nullify'])
const parentCertificateCodec: Codec<Notarization | Certificate> = certificateOf([
  'notarize',
  'finalize'
])

export const agreementMessageCodec: Codec<AgreementMessage> = tagged('type', {
  propose: record({
    block: blockCodec,
    parent: nullable(parentCertificateCodec),
    nullifications: list(nullificationCodec, NULLIFICATIONS_MAX),
    vote: voteCodec
  }),
  vote: record({ vote: signedVoteCodec }),
  certificate: record({ certificate: quorumCertificateCodec }),
  get: record({ block: hash }),
  block: record({ block: blockCodec }),
  status: record({ view: counter, height: counter, certificate: nullable(certificateCodec) }),
  'get-final': record({ fromHeight: counter }),
  'final-blocks': record({ blocks: list(certifiedBlockCodec, FINAL_BLOCKS_MAX) }),
  transactions: record({ transactions: list(signedTransactionCodec, FORWARDED_MAX) }),
  evidence: record({ evidence: evidenceCodec })
})

export const logRecordCodec: Codec<LogRecord> = tagged('type', {
  vote: record({ vote: signedVoteCodec }),
  block: record({ block: blockCodec }),
  certificate: record({ certificate: quorumCertificateCodec })
})

/** Throws `EncodingError` on a message outside its bounds. */
export function encodeMessage(message: AgreementMessage): Uint8Array {
  return encodeAs(agreementMessageCodec, message)
}

/** Throws `EncodingError`. */
export function decodeMessage(bytes: Uint8Array): AgreementMessage {
  return decodeAs(agreementMessageCodec, bytes, MESSAGE_LIMITS)
}

/** One entry of the write-ahead log; the log frames it. */
export function encodeLogRecord(entry: LogRecord): Uint8Array {
  return encodeAs(logRecordCodec, entry)
}

/** Throws `EncodingError`. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord {
  return decodeAs(logRecordCodec, bytes, BLOCK_LIMITS)
}
