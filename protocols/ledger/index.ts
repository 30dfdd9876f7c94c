export {
  askGenesis,
  askHead,
  type ChannelOptions,
  type Followed,
  follow,
  type LedgerHandler,
  type Submissions,
  serveLedger,
  submissions,
  submit
} from './channel.ts'
export { type FollowSlots, followSlots } from './follow-slots.ts'
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
