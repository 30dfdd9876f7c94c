export { acceptablePoint, acceptableSignature } from './acceptable.ts'
export { DOMAINS, type Domain, type IdDomain, signedBytes } from './domains.ts'
export { encodeTransaction, hashHeader, hashTransaction } from './encoded.ts'
export {
  accountIdOf,
  hostUuidOf,
  machineUuidOf,
  migrationIdOf,
  networkOf,
  setHashOf
} from './ids.ts'
export {
  type FinalizeSubject,
  hashOffer,
  signAcceptance,
  signFeesProof,
  signFinalize,
  signHostProof,
  signOffer,
  signOrder,
  signReceipt,
  signTransaction,
  signVote,
  type Verifier,
  verifyAcceptance,
  verifyFeesProof,
  verifyFinalize,
  verifyHostProof,
  verifyOffer,
  verifyOrder,
  verifyReceipt,
  verifyTransaction,
  verifyVote
} from './signing.ts'
