import {
  type LifecycleAction,
  legalActions,
  lostInMs,
  type MachineRecord,
  type StateReader,
  statesAllowing
} from '../../ledger/index.ts'
import type { ActionView, MachineAction } from '../api/index.ts'

const ACTIONS: readonly (MachineAction & LifecycleAction)[] = [
  'search',
  'edit',
  'discard',
  'store',
  'start',
  'stop',
  'suspend',
  'resume',
  'move',
  'console',
  'delete',
  'raise-limit',
  'release',
  'release-contract',
  'declare-lost'
]

/** Looks only, or the owner's own word that needs none of the host: possible whatever is under way there. */
const AT_ANY_TIME: ReadonlySet<MachineAction> = new Set<MachineAction>([
  'search',
  'console',
  'raise-limit',
  'release',
  'release-contract',
  'declare-lost'
])

/** Every action with the reason why it is not possible now, so that a screen can light the legal ones. */
export function actionsOf(
  state: StateReader,
  machine: MachineRecord,
  operation: string | null
): ActionView[] {
  const legal = new Set<LifecycleAction>(legalActions(machine.state))
  return ACTIONS.map(action => ({
    action,
    reason:
      reasonAgainst(machine, action, legal, operation) ?? silenceMissing(state, machine, action)
  }))
}

function reasonAgainst(
  machine: MachineRecord,
  action: MachineAction & LifecycleAction,
  legal: ReadonlySet<LifecycleAction>,
  operation: string | null
): string | null {
  if (!legal.has(action)) {
    return `${action} needs a machine that is ${eitherOf(statesAllowing(action))}; it is ${machine.state}`
  }
  if (operation !== null && !AT_ANY_TIME.has(action)) {
    return `operation ${operation} is still under way on it`
  }
  return null
}

/** A host that may still run the machine cannot be given up for lost. */
function silenceMissing(
  state: StateReader,
  machine: MachineRecord,
  action: MachineAction
): string | null {
  const lackingMs = action === 'declare-lost' ? lostInMs(state, machine) : 0
  if (lackingMs === 0) return null
  return `its host has been heard: it counts as lost after ${Math.ceil(lackingMs / 1000)} s more of silence`
}

/** `stored, stopped or suspended`. */
function eitherOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
