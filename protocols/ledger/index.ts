export {
  askGenesis,
  askHead,
  type ChannelOptions,
  type Followed,
  follow,
  type LedgerHandler,
  serveLedger,
  submit
} from './channel.ts'
export { FOLLOWS_PER_PEER_MAX, type FollowSlots, followSlots } from './follow-slots.ts'
export {
  GENESIS_BYTES_MAX,
  type Head,
  LEDGER_REFUSAL_CODES,
  LEDGER_REPLY_BYTES_MAX,
  LEDGER_REQUEST_BYTES_MAX,
  type LedgerRefusal,
  type LedgerRefusalCode,
  type LedgerReply,
  type LedgerRequest,
  ledgerReply,
  ledgerRequest
} from './messages.ts'
