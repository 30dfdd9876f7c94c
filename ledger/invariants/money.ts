import { feesEarned } from '../election/index.ts'
import { formatDollars } from '../money/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/**
 * No picodollar appears or is lost: money is in accounts, in the escrow of open moves, in the bonds of candidates and in
 * fees to collect, or it was burned.
 */
export function moneyConserved(state: StateReader): Invariant {
  let balances = 0n
  let escrows = 0n
  let bonds = 0n
  let { fees } = state
  for (const key of state.feeEarners()) fees -= state.collectedBy(key)
  for (const { balance } of state.accounts()) balances += balance
  for (const { escrow } of state.migrations()) escrows += escrow
  for (const { bond } of state.candidates()) bonds += bond
  const parts = [balances, escrows, bonds, fees, state.burned]
  return {
    name: 'balances + escrows + bonds + fees + burned = issued',
    ok: parts.reduce((sum, part) => sum + part) === state.issued,
    figure: `${parts.map(formatDollars).join(' + ')} = ${formatDollars(state.issued)} dollars`
  }
}

export function feesShared(state: StateReader): Invariant {
  const earners = new Set([...state.feeEarners(), ...state.epoch.members.map(({ key }) => key)])
  const wrong: string[] = []
  let earned = 0n
  for (const key of earners) {
    const part = feesEarned(state, key)
    const collected = state.collectedBy(key)
    earned += part
    if (collected > part) wrong.push(`${key} has ${formatDollars(collected)}`)
  }
  if (earned > state.fees) wrong.push(`all parts together are ${formatDollars(earned)} dollars`)
  return holds(
    'nobody has collected more than a part of the fees',
    wrong,
    `${formatDollars(state.fees)} dollars for ${earners.size} coordinators`
  )
}

export function nothingOwed(state: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const { name, balance } of state.accounts()) {
    count += 1
    if (balance < 0n) wrong.push(`${name} has ${formatDollars(balance)}`)
  }
  for (const { id, escrow } of state.migrations()) {
    if (escrow < 0n) wrong.push(`move ${id} holds ${formatDollars(escrow)}`)
  }
  return holds('no balance is negative', wrong, `${count} accounts`)
}

export function namesUnique(state: StateReader): Invariant {
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const { id, name } of state.accounts()) {
    const folded = name.toLowerCase()
    if (seen.has(folded)) wrong.push(`two accounts are called ${name}`)
    if (state.accountNamed(name)?.id !== id) wrong.push(`${name} is not found by name`)
    seen.add(folded)
  }
  return holds('user names are unique', wrong, `${seen.size} names`)
}
