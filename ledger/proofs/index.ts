export {
  isHeaderBefore,
  isSameHistory,
  isTransactionIn,
  proveHeader,
  proveHistory,
  proveTransaction,
  type TransactionProof,
  transactionProofCodec
} from './block-proofs.ts'
export { PROOF_FAULTS, type ProofFault, type ProofFaultCode } from './faults.ts'
export { proveState, proveWithin } from './prove.ts'
export { covers, isBefore, isKey, prefixQuery, type StateQuery } from './query.ts'
export { QUERIES_MAX, queriesCodec, stateKeyCodec } from './query-codec.ts'
export {
  type Answered,
  readProof,
  type Shown,
  type ShownState,
  type StateEntry
} from './shown-state.ts'
export { KEY_BYTES_MAX } from './tokens.ts'
