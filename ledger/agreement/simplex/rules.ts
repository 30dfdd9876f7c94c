/**
 * The rules that keep a ledger of many from forking, each with a switch. A coordinator has them all; the
 * simulation switches one off at a time and has to see the harm, or it would prove nothing.
 */
export interface SafetyRules {
  /** NOTARIZE one block in a view: two quorums would otherwise notarize two. */
  readonly notarizeOnce: boolean
  /** No FINALIZE in a view after an own NULLIFY: a final view would be skipped. */
  readonly noFinalizeAfterNullify: boolean
  /** No NULLIFY in a view after an own FINALIZE: the same from the other side. */
  readonly noNullifyAfterFinalize: boolean
  /** FINALIZE only what a quorum has NOTARIZEd. */
  readonly finalizeNotarized: boolean
  /** Every view between a proposal and its parent is nullified. */
  readonly nullifiedGap: boolean
  /** The parent of a proposal is notarized or final. */
  readonly notarizedParent: boolean
  /** A proposal is its view's leader's. */
  readonly leaderProposes: boolean
  /** A certificate takes n - f members; without the rule one fewer. */
  readonly fullQuorum: boolean
  /** Certificates count each member once. */
  readonly distinctSigners: boolean
  /** Votes and certificates are signed by whom they name. */
  readonly signatures: boolean
  /** NOTARIZE only what executes to the same roots here. */
  readonly execution: boolean
  /** NOTARIZE only blocks whose time is near the own clock. */
  readonly timeBounds: boolean
  /** Votes are on disk before anybody sees them. */
  readonly persistFirst: boolean
  /** After a restart the votes of the log bind. */
  readonly rememberVotes: boolean
  /** Nothing is done in an epoch after its last block is final: the old set would go on beside the new one. */
  readonly endEpochs: boolean
  /** Votes and certificates count in their own epoch only: views are numbered anew in each. */
  readonly votesOfEpoch: boolean
  /** A quorum is that of the present set: a larger set's would be too few. */
  readonly quorumOfSet: boolean
  /** Sealing blocks are no part of the chain. */
  readonly sealingApart: boolean
}

export const ALL_RULES: SafetyRules = {
  notarizeOnce: true,
  noFinalizeAfterNullify: true,
  noNullifyAfterFinalize: true,
  finalizeNotarized: true,
  nullifiedGap: true,
  notarizedParent: true,
  leaderProposes: true,
  fullQuorum: true,
  distinctSigners: true,
  signatures: true,
  execution: true,
  timeBounds: true,
  persistFirst: true,
  rememberVotes: true,
  endEpochs: true,
  votesOfEpoch: true,
  quorumOfSet: true,
  sealingApart: true
}
