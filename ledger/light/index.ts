export { lightCodec } from './codec.ts'
export { explainRejection } from './explain.ts'
export { LIGHT_FAULTS, type LightFault, type LightFaultCode } from './faults.ts'
export {
  checkHeader,
  HEAD_AGE_MAX_MS,
  type Light,
  type LightStep,
  lightFrom,
  type PastSet,
  takeHandOver,
  takeHead
} from './light.ts'
export { PartialState, type ProvenPart } from './partial-state.ts'
