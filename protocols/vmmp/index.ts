export { type VmmpChannel, vmmpChannel } from './channel.ts'
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
  type Parsed,
  parseVmmp,
  VMMP_REFUSAL_CODES,
  type VmmpRefusal,
  type VmmpRefusalCode
} from './parse.ts'
