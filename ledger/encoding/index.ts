export {
  BLOCK_LIMITS,
  BLOCK_TRANSACTION_BYTES_MAX,
  BLOCK_TRANSACTIONS_MAX,
  blockCodec,
  certificateCodec,
  certifiedBlockCodec,
  headerCodec,
  resultCodec,
  voteCodec
} from './blocks.ts'
export { decodeCanonical, encodeCanonical, type Plain, RECORD_LIMITS } from './canonical.ts'
export {
  type Codec,
  choice,
  decodeAs,
  encodeAs,
  list,
  nullable,
  record,
  tagged
} from './codec.ts'
export { ENCODING_CODES, type EncodingCode, EncodingError } from './errors.ts'
export * as fields from './fields.ts'
export { uuidText } from './fields.ts'
export { fromHex, toHex } from './hex.ts'
export {
  accountCodec,
  bidCodec,
  configurationCodec,
  contractCodec,
  coordinatorsCodec,
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
  signerCodec,
  transactionCodec
} from './transactions.ts'
