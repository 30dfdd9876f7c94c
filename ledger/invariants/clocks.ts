import { chargeOf, deadlineOf, duesOf, turnOf, uptimeOf } from '../billing/index.ts'
import type { Charge, Due, StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

export function clocksHaveDues(state: StateReader): Invariant {
  const expected = new Set<string>()
  for (const machine of state.machines()) {
    for (const due of duesOf(machine)) expected.add(nameOf(due))
    const charge = chargeOf(machine)
    if (charge !== undefined) expected.add(nameOfCharge(charge))
  }
  for (const migration of state.migrations()) expected.add(nameOf(deadlineOf(migration)))
  const count = expected.size
  const wrong: string[] = []
  for (const due of state.dues()) {
    if (!expected.delete(nameOf(due))) wrong.push(`the due ${nameOf(due)} has no clock`)
    if (due.atMs <= state.timeMs) wrong.push(`the due ${nameOf(due)} is past ${state.timeMs}`)
  }
  for (const charge of state.charges()) {
    if (!expected.delete(nameOfCharge(charge))) {
      wrong.push(`the ${nameOfCharge(charge)} has no clock`)
    }
  }
  for (const name of expected) wrong.push(`a clock has no due ${name}`)
  return holds('every clock has its due', wrong, `${count} dues`)
}

/** A host that is heard, or was a short while ago, has its first charge among the turns; no other has one. */
export function chargesHaveTurns(state: StateReader): Invariant {
  const expected = new Map<string, number>()
  for (const { uuid } of state.hosts()) {
    const turn = turnOf(state, uuid)
    if (turn !== undefined) expected.set(turn.machine, turn.uptimeMs)
  }
  const count = expected.size
  const wrong: string[] = []
  for (const { uptimeMs, machine } of state.turns()) {
    const said = `the turn of ${machine} at an uptime of ${uptimeMs} ms`
    if (expected.get(machine) === uptimeMs) expected.delete(machine)
    else wrong.push(`${said} is of no host`)
    if (uptimeMs <= uptimeOf(state)) wrong.push(`${said} is past`)
  }
  for (const [machine, uptimeMs] of expected) {
    wrong.push(`the charge of ${machine} at an uptime of ${uptimeMs} ms has no turn`)
  }
  return holds('every host that is heard has its turn', wrong, `${count} turns`)
}

function nameOf(due: Due): string {
  return `${due.kind} of ${due.machine} at ${due.atMs} ms`
}

function nameOfCharge(charge: Charge): string {
  return `charge of ${charge.machine} at ${charge.clockMs} ms of the clock of ${charge.host}`
}
