export { acceptablePoint, acceptableSignature } from './acceptable.ts'
export { contradicts } from './contradiction.ts'
export { DOMAINS, type Domain, type IdDomain, signedBytes } from './domains.ts'
export { encodeTransaction, hashHeader, hashTransaction, transactionLeaf } from './encoded.ts'
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
  signCandidateProof,
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
  verifyCandidateProof,
  verifyFeesProof,
  verifyFinalize,
  verifyHostProof,
  verifyOffer,
  verifyOrder,
  verifyReceipt,
  verifyTransaction,
  verifyVote
} from './signing.ts'
