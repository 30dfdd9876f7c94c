export { Checkpoint, lightValues } from './checkpoint.ts'
export { LightLedger } from './light-ledger.ts'
export { networkPeers } from './peers.ts'
