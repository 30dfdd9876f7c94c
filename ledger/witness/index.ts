export {
  type Checkpoint,
  type Cosignature,
  type CosignedCheckpoint,
  checkCosignatures,
  signCheckpoint,
  verifyCosignature,
  withCosignature
} from './checkpoint.ts'
export { WITNESS_CODES, type WitnessCode, WitnessError } from './faults.ts'
export { CHECKPOINT_TEXT_MAX, formatCheckpoint, parseCheckpoint } from './text.ts'
export {
  type OwnLedger,
  WITNESS_STEP_MAX,
  type WitnessAnswer,
  type WitnessEffect,
  type Witnessed,
  wantedHeaders,
  witness
} from './witness.ts'
