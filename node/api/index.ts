export type * from './api.ts'
export { API_CODES, type ApiCode, ApiError, apiErrorFrom } from './api-error.ts'
export type * from './election-view.ts'
export { readJsonLines } from './json-lines.ts'
export type * from './ledger-view.ts'
export type * from './machine-past.ts'
export {
  CALL_TIMEOUT_MS,
  type CallOptions,
  type ConsoleKind,
  connect,
  type NodeClient
} from './node-client.ts'
export type * from './operation.ts'
export { findSocket, pointerInside, SOCKET_PATH_BYTES_MAX, socketInside } from './socket-path.ts'
