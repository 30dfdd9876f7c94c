import {
  type LifecycleAction,
  legalActions,
  type MachineRecord,
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
  'delete'
]

/** Every action with the reason why it is not possible now, so that a screen can light the legal ones. */
export function actionsOf(machine: MachineRecord, operation: string | null): ActionView[] {
  const legal = new Set<LifecycleAction>(legalActions(machine.state))
  return ACTIONS.map(action => ({
    action,
    reason: reasonAgainst(machine, action, legal, operation)
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
  if (operation !== null && action !== 'search' && action !== 'console') {
    return `operation ${operation} is still under way on it`
  }
  return null
}

/** `stored, stopped or suspended`. */
function eitherOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
