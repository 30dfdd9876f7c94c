import { MUTANTS, type Mutant, SOUND } from './mutants.ts'
import type { SetSize } from './world.ts'

export const USAGE = `usage: npm run simulate -- [--seeds N] [--from S] [--coordinators 1|4|7] [--epochs] [--losses] [--mutant NAME] [--json]
       npm run simulate -- --list-mutants
Runs seeds S to S + N - 1 (1 to 100 unless told otherwise) of a set of coordinators (4 unless told otherwise).
With --epochs it is the first of many: others of 1, 4 and 7 are voted in. With --losses one loses its store and takes snapshots.
Exit 0: every property held on every seed. Exit 3: a property was violated, named with its seed. Other: it failed itself.`

const SEEDS_DEFAULT = 100
/** The seed is the root of 32-bit numbers. */
const SEED_MAX = 2 ** 28

export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'wrong'; readonly why: string }
  | {
      readonly kind: 'run'
      readonly from: number
      readonly seeds: number
      readonly members: SetSize
      readonly mutant: Mutant
      readonly epochs: boolean
      readonly losses: boolean
      readonly json: boolean
    }

export function parseArguments(words: readonly string[]): Asked {
  const values = new Map<string, string>()
  let json = false
  let epochs = false
  let losses = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--help') return { kind: 'help' }
    if (word === '--list-mutants') return { kind: 'list' }
    if (word === '--json') json = true
    else if (word === '--epochs') epochs = true
    else if (word === '--losses') losses = true
    else if (['--seeds', '--from', '--coordinators', '--mutant'].includes(word)) {
      const value = words[at + 1]
      if (value === undefined) return { kind: 'wrong', why: `${word} needs a value` }
      values.set(word, value)
      at += 1
    } else return { kind: 'wrong', why: `what is "${word}"?` }
  }
  return checked(values, { json, epochs, losses })
}

function checked(
  values: ReadonlyMap<string, string>,
  flags: { readonly json: boolean; readonly epochs: boolean; readonly losses: boolean }
): Asked {
  const seeds = wholeNumber(values.get('--seeds') ?? String(SEEDS_DEFAULT))
  const from = wholeNumber(values.get('--from') ?? '1')
  const members = setSize(values.get('--coordinators') ?? '4')
  const name = values.get('--mutant')
  const mutant = name === undefined ? SOUND : MUTANTS.get(name)
  if (seeds === null || seeds < 1)
    return { kind: 'wrong', why: '--seeds takes a whole number from 1' }
  if (from === null || from + seeds > SEED_MAX) {
    return { kind: 'wrong', why: `--from takes a whole number, all seeds below ${SEED_MAX}` }
  }
  if (members === null) return { kind: 'wrong', why: '--coordinators takes 1, 4 or 7' }
  if (mutant === undefined) {
    return {
      kind: 'wrong',
      why: `there is no mutant "${name}"; --list-mutants tells which there are`
    }
  }
  return {
    kind: 'run',
    from,
    seeds,
    members,
    mutant,
    ...flags,
    epochs: flags.epochs || mutant.epochs
  }
}

function wholeNumber(text: string): number | null {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : null
}

function setSize(text: string): SetSize | null {
  if (text === '1') return 1
  if (text === '4') return 4
  return text === '7' ? 7 : null
}
