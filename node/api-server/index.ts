export { BODY_BYTES_MAX, parseInput } from './call.ts'
export { INPUT_SCHEMAS } from './schemas.ts'
export { startApiServer } from './server.ts'
export type {
  ApiServer,
  ApiServerOptions,
  EventFeed,
  Handlers,
  OperationFeed
} from './sources.ts'
export { BACKLOG_BYTES_MAX } from './streams.ts'
export { type ListenCode } from './unix-socket.ts'
