import { ALL_RULES, type SafetyRules } from '../../../../ledger/index.ts'

/** What is explored: four members, of which one lies, through the views 1 to `views`. */
export interface Setting {
  /** Its index in the set; member v leads view v, member 0 leads none of the first three. */
  readonly liar: number
  /** Nothing beyond this view is looked at. */
  readonly views: number
  /** What the honest members obey. */
  readonly rules: SafetyRules
  /** What the liar tries beside two blocks for each parent and all votes: the rule that refuses it. */
  readonly lies: ReadonlySet<keyof SafetyRules>
  /** How often each honest member may lose its power. */
  readonly crashes: number
}

/** Lies that a rule refuses, beyond what a member may say that keeps to the form. */
export const LIES: readonly (keyof SafetyRules)[] = [
  'nullifiedGap',
  'notarizedParent',
  'leaderProposes',
  'distinctSigners',
  'signatures',
  'fullQuorum',
  'execution',
  'timeBounds'
]

export function sound(liar: number, views: number, lies: Setting['lies'] = new Set()): Setting {
  return { liar, views, rules: ALL_RULES, lies, crashes: 0 }
}

/** The members obey all rules but one, and the liar makes use of it. */
export function without(rule: keyof SafetyRules, liar: number, views: number): Setting {
  return { ...sound(liar, views, new Set([rule])), rules: { ...ALL_RULES, [rule]: false } }
}

export const MEMBERS = 4
/** Of the four, one may lie. */
export const QUORUM = 3
