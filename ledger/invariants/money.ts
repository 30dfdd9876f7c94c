import { formatDollars } from '../money/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** No picodollar appears or is lost: money is in accounts, in the escrow of open moves and in fees to collect. */
export function moneyConserved(state: StateReader): Invariant {
  let balances = 0n
  let escrows = 0n
  let { fees } = state
  for (const { key } of state.genesis.coordinators) fees -= state.collectedBy(key)
  for (const { balance } of state.accounts()) balances += balance
  for (const { escrow } of state.migrations()) escrows += escrow
  return {
    name: 'balances + escrows + fees = issued',
    ok: balances + escrows + fees === state.issued,
    figure: `${formatDollars(balances)} + ${formatDollars(escrows)} + ${formatDollars(fees)} = ${formatDollars(state.issued)} dollars`
  }
}

export function feesShared(state: StateReader): Invariant {
  const { coordinators } = state.genesis
  const part = state.fees / BigInt(coordinators.length)
  const wrong: string[] = []
  for (const { name, key } of coordinators) {
    const collected = state.collectedBy(key)
    if (collected > part) wrong.push(`${name} has ${formatDollars(collected)}`)
  }
  return holds(
    'nobody has collected more than a part of the fees',
    wrong,
    `${formatDollars(part)} dollars each for ${coordinators.length}`
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
