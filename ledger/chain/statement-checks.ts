import type { StatementChecks } from '../apply/index.ts'
import {
  accountIdOf,
  hashOffer,
  hostUuidOf,
  machineUuidOf,
  migrationIdOf,
  type Verifier,
  verifyAcceptance,
  verifyCandidateProof,
  verifyFeesProof,
  verifyHostProof,
  verifyOffer,
  verifyOrder,
  verifyReceipt,
  verifyVote
} from '../statements/index.ts'

/** What the rules ask about statements, answered with real signatures for one network. */
export function statementChecks(by: Verifier): StatementChecks {
  const { network, crypto } = by
  return {
    offerHash: offer => hashOffer(offer, crypto),
    offerIsBy: (offer, key) => verifyOffer(by, offer, key),
    orderIsBy: (order, key) => verifyOrder(by, order, key),
    acceptanceIsBy: (acceptance, key) => verifyAcceptance(by, acceptance, key),
    receiptIsBy: (receipt, key) => verifyReceipt(by, receipt, key),
    hostProofIsBy: (account, nonce, key, proof) =>
      verifyHostProof(by, { account, nonce, key, proof }),
    feesProofIsBy: (account, nonce, key, proof) =>
      verifyFeesProof(by, { account, nonce, key, proof }),
    candidateProofIsBy: (account, nonce, key, proof) =>
      verifyCandidateProof(by, { account, nonce, key, proof }),
    voteIsSigned: vote => verifyVote(by, vote),
    accountIdOf: key => accountIdOf(key, crypto),
    machineUuidOf: (owner, nonce) => machineUuidOf(owner, nonce, crypto),
    hostUuidOf: (owner, nonce) => hostUuidOf(owner, nonce, crypto),
    migrationIdOf: (machine, version, owner, nonce) =>
      migrationIdOf(network, { machine, version, owner, nonce }, crypto)
  }
}
