import { ALL_RULES, type SafetyRules } from '../../ledger/index.ts'

/** A coordinator with one of its safety rules switched off. */
export interface Mutant {
  readonly name: string
  readonly rules: SafetyRules
  /** A damaged log ends the voting. */
  readonly heedsDamage: boolean
  /** It shows where sets follow each other only. */
  readonly epochs: boolean
}

export const SOUND: Mutant = { name: 'none', rules: ALL_RULES, heedsDamage: true, epochs: false }

/** Those of the hand-over. */
const OF_EPOCHS: readonly (keyof SafetyRules)[] = [
  'endEpochs',
  'votesOfEpoch',
  'quorumOfSet',
  'sealingApart'
]

/**
 * `noNullifyAfterFinalize` is none: who has signed FINALIZE holds the notarization of that view, in the same write of
 * the log, and so has left the view; only the view one is in can run out. The rule says what is so anyway.
 */
const REDUNDANT: readonly (keyof SafetyRules)[] = ['noNullifyAfterFinalize']

function isRule(name: string): name is keyof SafetyRules {
  return name in ALL_RULES
}

const RULES = Object.keys(ALL_RULES)
  .filter(isRule)
  .filter(name => !REDUNDANT.includes(name))

export const MUTANTS: ReadonlyMap<string, Mutant> = new Map([
  ...RULES.map((name): [string, Mutant] => [
    name,
    {
      name,
      rules: { ...ALL_RULES, [name]: false },
      heedsDamage: true,
      epochs: OF_EPOCHS.includes(name)
    }
  ]),
  ['heedDamage', { name: 'heedDamage', rules: ALL_RULES, heedsDamage: false, epochs: false }]
])
