import { formatDollars } from '../money/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** No picodollar appears or is lost: a network's money is in accounts and in the escrow of open moves. */
export function moneyConserved(state: StateReader): Invariant {
  let balances = 0n
  let escrows = 0n
  for (const { balance } of state.accounts()) balances += balance
  for (const { escrow } of state.migrations()) escrows += escrow
  return {
    name: 'balances + escrows = issued',
    ok: balances + escrows === state.issued,
    figure: `${formatDollars(balances)} + ${formatDollars(escrows)} = ${formatDollars(state.issued)} dollars`
  }
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
    if (seen.has(name)) wrong.push(`two accounts are called ${name}`)
    if (state.accountNamed(name)?.id !== id) wrong.push(`${name} is not found by name`)
    seen.add(name)
  }
  return holds('user names are unique', wrong, `${seen.size} names`)
}
