/** What the node says of its ledger. */
export interface AuditView {
  ok: boolean
  fromHeight: number
  toHeight: number
  blocks: number
  transactions: number
  stateRoot: string
  /** Each invariant with the figure that was checked. */
  invariants: { name: string; ok: boolean; figure: string }[]
}

export interface LedgerHead {
  network: string
  height: number
  hash: string
  timeMs: number
  stateRoot: string
  /** In the newest block; null on a light node, which has its header only. */
  transactions: number | null
}

/** Final blocks as they are stored, for whoever checks them alone: an export, an audit. */
export interface BlocksView {
  /** Canonical bytes, base64. */
  genesis: string
  /** Of the ledger that the blocks are from. */
  height: number
  stateRoot: string | null
  /** Certified blocks from the height that was asked for on; canonical bytes, base64. */
  blocks: string[]
}

/** A height of the ledger in a few words, and who has cosigned them. */
export interface CheckpointView {
  network: string
  height: number
  block: string
  /** Root over the hashes of all headers up to the height. */
  logRoot: string
  /** PeerIds. */
  witnesses: string[]
  /** As it is passed on; `ledger/witness/SPEC.md` describes it. */
  text: string
}
