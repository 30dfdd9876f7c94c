export { type VmmpChannel, vmmpChannel } from './channel.ts'
export {
  type Destination,
  type DestinationEffect,
  type DestinationEvent,
  type DestinationJournal,
  type DestinationStep,
  refuseWord,
  startDestination,
  stepDestination
} from './destination.ts'
export {
  encodeVmmp,
  type Heartbeat,
  METHODS_MAX,
  type NodeAddress,
  type Outcome,
  type Query,
  type Req,
  type Resp,
  type Results,
  VMMP_BYTES_MAX,
  type VmmpMessage
} from './message.ts'
export {
  type Origin,
  type OriginEffect,
  type OriginEnd,
  type OriginEvent,
  type OriginJournal,
  type OriginRefusalCode,
  type OriginStep,
  startOrigin,
  stepOrigin
} from './origin.ts'
export type { WordRefusal } from './owner-word.ts'
export {
  type Parsed,
  parseVmmp,
  VMMP_REFUSAL_CODES,
  type VmmpRefusal,
  type VmmpRefusalCode
} from './parse.ts'
export {
  type MoveEnd,
  type MoveRequest,
  type Requester,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterStep,
  recoverRequester,
  startRequester,
  stepRequester
} from './requester.ts'
