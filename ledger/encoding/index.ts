export {
  decodeLogRecord,
  decodeMessage,
  encodeLogRecord,
  encodeMessage,
  FINAL_BLOCKS_BYTES_MAX,
  FINAL_BLOCKS_MAX,
  FORWARDED_MAX,
  MESSAGE_LIMITS,
  NULLIFICATIONS_MAX
} from './agreement.ts'
export { type Beside, beside } from './beside.ts'
export {
  BLOCK_LIMITS,
  BLOCK_TRANSACTION_BYTES_MAX,
  BLOCK_TRANSACTIONS_MAX,
  blockCodec,
  certifiedBlockCodec,
  certifiedHeaderCodec,
  DESCENT_MAX,
  headerCodec,
  resultCodec
} from './blocks.ts'
export { decodeCanonical, encodeCanonical, type Plain } from './canonical.ts'
export {
  type Codec,
  checked,
  choice,
  decodeAs,
  encodeAs,
  list,
  nullable,
  record,
  tagged
} from './codec.ts'
export {
  attendanceCodec,
  ballotCodec,
  candidateCodec,
  coordinatorsCodec,
  epochCodec,
  youngMoneyCodec
} from './election.ts'
export { type EncodingCode, EncodingError } from './errors.ts'
export * as fields from './fields.ts'
export { fromHex, toHex, toUuid } from './hex.ts'
export type { Reader } from './reader.ts'
export {
  accountCodec,
  genesisCodec,
  hostCodec,
  machineCodec,
  migrationCodec,
  resourcesCodec
} from './records.ts'
export type { Limits } from './scan.ts'
export {
  acceptanceCodec,
  offerCodec,
  orderCodec,
  receiptCodec,
  signedAcceptanceCodec,
  signedOfferCodec,
  signedOrderCodec,
  signedReceiptCodec
} from './statements.ts'
export {
  bodyCodec,
  signedTransactionCodec,
  transactionCodec
} from './transactions.ts'
export type { Writer } from './writer.ts'
