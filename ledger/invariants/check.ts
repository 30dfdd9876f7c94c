import type { StateReader } from '../state/index.ts'
import { reservedIsContracted, withinTotals } from './capacity.ts'
import { chargesHaveTurns, clocksHaveDues } from './clocks.ts'
import { electionsAreWhole } from './election.ts'
import type { Invariant } from './invariant.ts'
import { movesAreOpen, statesAreWhole } from './machines.ts'
import { feesShared, moneyConserved, namesUnique, nothingOwed } from './money.ts'

/** Everything that holds after every block, each with its figure: what an audit prints. */
export function checkInvariants(state: StateReader): readonly Invariant[] {
  return [
    moneyConserved(state),
    feesShared(state),
    nothingOwed(state),
    namesUnique(state),
    reservedIsContracted(state),
    withinTotals(state),
    statesAreWhole(state),
    clocksHaveDues(state),
    chargesHaveTurns(state),
    movesAreOpen(state),
    electionsAreWhole(state)
  ]
}
