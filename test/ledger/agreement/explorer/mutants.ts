/** Where each rule is shown to be needed: who has to lie for it, in how many views, and what comes of it. */
import type { SafetyRules } from '../../../../ledger/index.ts'
import type { Move } from './explore.ts'
import { anyHarmIn, flawIn, forkIn, type Judge, lemmaIn } from './harm.ts'

export interface Mutant {
  readonly rule: keyof SafetyRules
  readonly liar: number
  readonly views: number
  /** How often the power of each honest member may fail. */
  readonly crashes?: number
  readonly judge: Judge
  readonly harm: RegExp
}

export const FORK: RegExp = /^two final blocks at height \d/
const BOTH = /^both notarize 1a and notarize 1b are certified$/

export const REACHED: readonly Mutant[] = [
  {
    // Nobody says FINALIZE twice, or takes in a view's second notarization: the ledger stops, it does not fork.
    rule: 'notarizeOnce',
    liar: 1,
    views: 1,
    judge: lemmaIn,
    harm: BOTH
  },
  { rule: 'fullQuorum', liar: 1, views: 1, judge: forkIn, harm: FORK },
  { rule: 'distinctSigners', liar: 1, views: 1, judge: forkIn, harm: FORK },
  { rule: 'signatures', liar: 1, views: 1, judge: forkIn, harm: FORK },
  {
    // Two have said FINALIZE of different blocks and may not give the view up: no quorum is left for anything.
    rule: 'finalizeNotarized',
    liar: 2,
    views: 2,
    judge: anyHarmIn,
    harm: /is stuck in view 2$/
  },
  { rule: 'noFinalizeAfterNullify', liar: 2, views: 2, judge: forkIn, harm: FORK },
  { rule: 'nullifiedGap', liar: 2, views: 2, judge: forkIn, harm: FORK },
  // The forks of these two take another view and two million worlds: see `forgetful`.
  { rule: 'rememberVotes', liar: 1, views: 1, crashes: 1, judge: lemmaIn, harm: BOTH },
  { rule: 'persistFirst', liar: 1, views: 1, crashes: 1, judge: lemmaIn, harm: BOTH },
  // No forks, but final blocks that none may be.
  { rule: 'leaderProposes', liar: 2, views: 1, judge: flawIn, harm: /its view is led by another$/ },
  { rule: 'execution', liar: 1, views: 1, judge: flawIn, harm: /its state root is wrong$/ },
  { rule: 'timeBounds', liar: 1, views: 1, judge: flawIn, harm: /it is of the next hour$/ },
  // For a fork the liar has to lead twice, which takes five views.
  { rule: 'notarizedParent', liar: 2, views: 2, judge: flawIn, harm: /is final and not notarized$/ }
]

export const UNREACHED: ReadonlyMap<keyof SafetyRules, string> = new Map([
  [
    'noNullifyAfterFinalize',
    'whoever has said FINALIZE has left the view, and only the view that one is in is given up'
  ],
  ['endEpochs', 'the explored network elects nobody; the simulation over epochs shows the harm'],
  ['votesOfEpoch', 'as endEpochs'],
  ['quorumOfSet', 'as endEpochs'],
  ['sealingApart', 'as endEpochs']
])

/**
 * What a member that forgets its NULLIFY of view 1 leads to, as the explorer found it with member 2 as the liar: a
 * block of view 1 is final here and one of view 2, on the genesis, there.
 */
export const forgetful = (crash: string): readonly Move[] => [
  { member: 0, letter: 'time runs out' },
  { member: 0, letter: crash },
  { member: 0, letter: 'propose 1a on the genesis' },
  { member: 0, letter: 'notarize 1a' },
  { member: 1, letter: 'time runs out' },
  { member: 0, letter: 'propose 2a on the genesis' },
  { member: 1, letter: 'propose 2a on the genesis' },
  { member: 0, letter: 'notarize 2a' },
  { member: 1, letter: 'notarize 2a' },
  { member: 0, letter: 'finalize 2a' },
  { member: 3, letter: 'notarize 1a' },
  { member: 1, letter: 'finalize 1a' }
]
