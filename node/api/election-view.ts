/** Who coordinates the ledger, who would, and how it stands with the votes. Weights are dollars as text. */
export interface ElectionView {
  epoch: number
  height: number
  /** Height of the epoch's first block. */
  firstHeight: number
  /** Height of its last block; null until that is known. */
  endHeight: number | null
  members: MemberView[]
  /** null: this network keeps the coordinators of its genesis. */
  terms: TermsView | null
  /** Who comes next; null until votes are counted. */
  next: SetView | null
  /** What the count would give now; null once votes are counted. */
  tally: TallyView | null
  candidates: CandidateView[]
  /** How this node's account votes, with the weight that would count now; null without an account. */
  ballot: { candidates: string[]; weight: string } | null
}

export interface MemberView {
  name: string
  key: string
  /** It is this node. */
  local: boolean
  /** Of so many certificates in the running count its vote stood in so many; null: nothing was counted yet. */
  attendance: { signed: number; views: number } | null
}

export interface TermsView {
  epochBlocks: number
  epochMs: number
  tallyBlocks: number
  bond: string
  turnoutPercent: number
  sizeMax: number
  silenceViews: number
  /** Votes are counted at this height or at this time, whichever comes first. */
  tallyHeight: number
  tallyMs: number
}

export interface SetView {
  members: string[]
  runnersUp: string[]
}

export interface TallyView {
  cast: string
  possible: string
  /** Whether so much is enough; the set stays on where it is not. */
  enough: boolean
  /** Whom the votes choose; null: nobody who stands has any. */
  elected: SetView | null
}

export interface CandidateView {
  name: string
  account: string
  key: string
  addresses: string[]
  bond: string
  /** This node is connected to it, or is it. A set that is not there stops the ledger. */
  online: boolean
  status: 'standing' | 'withdrawn' | 'barred'
  /** Weight of all ballots that name it. */
  approval: string
  /** Its bond comes back at the end of this epoch; null: it stands, or nothing is locked up. */
  bondUntilEpoch: number | null
}
