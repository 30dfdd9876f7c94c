import type { StateReader } from '../state/index.ts'
import { reservedIsContracted, withinTotals } from './capacity.ts'
import type { Invariant } from './invariant.ts'
import { clocksHaveDues, movesAreOpen, statesAreWhole } from './machines.ts'
import { moneyConserved, namesUnique, nothingOwed } from './money.ts'

/** Everything that holds after every block, each with its figure: what an audit prints. */
export function checkInvariants(state: StateReader): readonly Invariant[] {
  return [
    moneyConserved(state),
    nothingOwed(state),
    namesUnique(state),
    reservedIsContracted(state),
    withinTotals(state),
    statesAreWhole(state),
    clocksHaveDues(state),
    movesAreOpen(state)
  ]
}
