export { addressHost } from './address-host.ts'
export {
  createNetwork,
  type Network,
  type PeerInfo,
  type Remote,
  type StreamServer
} from './network.ts'
export { keyOfPeer, peerTextOf } from './peer-keys.ts'
export type { Judge, Topics, Verdict } from './topics.ts'
export { within } from './within.ts'
