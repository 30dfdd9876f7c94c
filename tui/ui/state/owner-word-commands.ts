/** Where a host does not do its part, and the owner's own word stands in for it. */
import { runningOperation } from './answers.ts'
import type { Command } from './command.ts'
import { confirmHeir, confirmVouch } from './flows.ts'
import { actionAllowed, selectedMachine, type UiState } from './state.ts'
import { open, type Step, step } from './step.ts'

export const VOUCH: Command = {
  id: 'machine vouch',
  keys: ['V'],
  title: 'Vouch for a move that its origin does not sign',
  group: 'Machine',
  places: ['machines'],
  danger: true,
  hint: 'vouch',
  enabled: wordAwaited,
  run: state => {
    const machine = selectedMachine(state)
    return step(machine === null ? state : open(state, confirmVouch(machine)))
  }
}

export const INHERIT: Command = {
  id: 'machine declare-lost --heir',
  keys: ['H'],
  title: 'Go on with a kept copy: its host is lost',
  group: 'Machine',
  places: ['machines'],
  danger: true,
  hint: null,
  enabled: copyKept,
  run: inherit
}

/** How the step of a move begins that waits for the owner (`protocols/order/SPEC.md`). */
const AWAITS_WORD = "waiting for the owner's word"

/** Not among the node's actions: those are of the ledger, which does not know what a destination waits for. */
export function wordAwaited(state: UiState): true | string {
  const machine = selectedMachine(state)
  if (machine === null) return 'No machine is selected: press n to make one.'
  if (state.link.kind !== 'live') return 'The node does not answer: nothing can be ordered.'
  const { name, migration } = machine
  if (migration === null) return `${name} is not on its way: no move waits for your word.`
  const said = runningOperation(state, machine)?.step ?? AWAITS_WORD
  return said.startsWith(AWAITS_WORD) || `The move of ${name} does not wait for your word: ${said}.`
}

export function copyKept(state: UiState): true | string {
  const machine = selectedMachine(state)
  const allowed = actionAllowed(state, machine, 'declare-lost')
  if (allowed !== true || machine === null || machine.copyAt !== null) return allowed
  return `No other host keeps what was sealed last of ${machine.name}: L gives it up without a copy.`
}

function inherit(state: UiState): Step {
  const machine = selectedMachine(state)
  if (machine === null || machine.copyAt === null) return step(state)
  return step(open(state, confirmHeir(machine, machine.copyAt)))
}
