export { FRAME_ERROR_CODES, FrameError, type FrameErrorCode } from './frame-error.ts'
export { encodeFrameLength } from './frame-length.ts'
export { FrameReader } from './frame-reader.ts'
export {
  type FrameOptions,
  type Frames,
  frames,
  STREAM_WINDOW_BYTES
} from './frames.ts'
export {
  blob,
  decodeMessage,
  encodeMessage,
  expectMessage,
  type MessageKind,
  nothing,
  readMessage,
  sendMessage,
  sentence
} from './message.ts'
export { networkPrefix, type ProtocolName, protocolId } from './protocol-id.ts'
export {
  type ProtocolDomain,
  signStatement,
  verifyStatement
} from './statement.ts'
