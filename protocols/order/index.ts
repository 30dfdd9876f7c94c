export {
  type AcceptRequest,
  acceptRequest,
  type SignedAcceptRequest
} from './accept-request.ts'
export {
  type AcceptOutcome,
  type HostHandler,
  type OrderOutcome,
  type QueryOutcome,
  queryHost,
  requestAcceptance,
  requestPurge,
  sendOrder,
  serveOrder,
  vouchFor,
  watchMove
} from './channel.ts'
export {
  beginExecution,
  type Execution,
  type ExecutionEffect,
  type ExecutionEvent,
  type ExecutionStep,
  PLANS,
  stepExecution,
  type Work,
  wasApplied
} from './execution.ts'
export {
  type HostAnswer,
  type HostReply,
  type HostRequest,
  hostReply,
  hostRequest,
  type OrderProgress,
  UNCOUNTED
} from './messages.ts'
export {
  type PurgeRequest,
  purgeRequest,
  type SignedPurgeRequest
} from './purge-request.ts'
export {
  HOST_REFUSAL_CODES,
  type HostRefusalCode,
  type OrderRefusal,
  REFUSAL_CODES
} from './refusals.ts'
