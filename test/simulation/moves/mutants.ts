/** Rules of a move, each switched off by the mutant of its name. */
export interface MoveRules {
  /** The destination compares what came with the root on the ledger. */
  readonly verifies: boolean
  /** It compares the manifest with that root before it asks for a block. */
  readonly checksManifest: boolean
  /** It has fsynced and renamed before it says so. */
  readonly installs: boolean
  /** Both providers write their journals before they act. */
  readonly persists: boolean
  /** What is left of a move that failed is removed. */
  readonly discards: boolean
  /** The origin keeps its copy until the ledger says that the machine has left. */
  readonly waitsForLedger: boolean
  /** Once a COMMIT may be on its way only the ledger may say that the bytes are to go. */
  readonly trustsOnlyLedger: boolean
  /** The ledger takes a COMMIT only with a receipt. */
  readonly asksReceipt: boolean
  /** It looks who signed that: the origin or the owner. */
  readonly knowsSigners: boolean
  /** The destination looks whether it is the owner who vouches. */
  readonly checksWord: boolean
  /** The ledger ends a move at its deadline. */
  readonly hasDeadline: boolean
  /** HEARTBEATs push the deadline no further than the hard limit. */
  readonly hasHardLimit: boolean
  /** The ledger takes a COMMIT, an ABORT or an OPEN once. */
  readonly settlesOnce: boolean
  /** The version grows with a COMMIT. */
  readonly countsVersions: boolean
}

export const SOUND_RULES: MoveRules = {
  verifies: true,
  checksManifest: true,
  installs: true,
  persists: true,
  discards: true,
  waitsForLedger: true,
  trustsOnlyLedger: true,
  asksReceipt: true,
  knowsSigners: true,
  checksWord: true,
  hasDeadline: true,
  hasHardLimit: true,
  settlesOnce: true,
  countsVersions: true
}

export type MoveMutant = keyof MoveRules

export const MOVE_MUTANTS: readonly MoveMutant[] = [
  'verifies',
  'checksManifest',
  'installs',
  'persists',
  'discards',
  'waitsForLedger',
  'trustsOnlyLedger',
  'asksReceipt',
  'knowsSigners',
  'checksWord',
  'hasDeadline',
  'hasHardLimit',
  'settlesOnce',
  'countsVersions'
]

export function rulesWithout(mutant: MoveMutant | null): MoveRules {
  return mutant === null ? SOUND_RULES : { ...SOUND_RULES, [mutant]: false }
}
