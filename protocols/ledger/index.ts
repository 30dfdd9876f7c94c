export {
  askChunk,
  askEpochs,
  askGenesis,
  askHead,
  askOutcome,
  askRead,
  askSnapshots,
  type ChannelOptions,
  type Followed,
  follow,
  type LedgerHandler,
  type Submissions,
  serveLedger,
  submissions,
  submit
} from './channel.ts'
export {
  type AnswerFault,
  type CheckedOutcome,
  type CheckedRead,
  checkHandOvers,
  checkOutcome,
  checkRead
} from './light-check.ts'
export {
  EPOCHS_MAX,
  type EpochsReply,
  type OutcomeReply,
  PROOF_BYTES_MAX,
  type ReadReply,
  type ReadRequest
} from './light-messages.ts'
export {
  type Head,
  LEDGER_REFUSAL_CODES,
  type LedgerRefusal,
  type LedgerRefusalCode,
  type LedgerReply,
  type LedgerRequest,
  ledgerReply,
  ledgerRequest,
  SUBMITTED_MAX
} from './messages.ts'
export { type LedgerSlots, ledgerSlots } from './slots.ts'
export { type ChunkRequest, SNAPSHOTS_MAX, type SnapshotsReply } from './snapshot-messages.ts'
export {
  type Conduct,
  inTurn,
  isShut,
  NO_SOURCES,
  noteConduct,
  REST_MS,
  SHUT_MS,
  type Sources
} from './sources.ts'
