/** Commands on the selected machine: the buyer's main job. */
import type { MachineAction } from '../port.ts'
import { bidText } from './amounts.ts'
import type { Command } from './command.ts'
import { type EndVerb, type LimitVerb, type Order, orderLine, quoted } from './effects.ts'
import { confirmEnd, editBid, hostsFor, limitFor } from './flows.ts'
import { copyKept, INHERIT, VOUCH, wordAwaited } from './owner-word-commands.ts'
import { actionAllowed, selectedMachine, type UiState } from './state.ts'
import { open, type Step, say, step } from './step.ts'

export const MACHINE_COMMANDS: readonly Command[] = [
  {
    id: 'machine create',
    keys: ['n'],
    title: 'New machine: pick a configuration and bid for it',
    group: 'Machine',
    places: ['machines'],
    danger: false,
    hint: 'new',
    enabled: connected,
    run: state =>
      step(open(state, { kind: 'catalogue', entries: null, index: 0 }), { kind: 'browse' })
  },
  onMachine('edit', 'e', 'Edit name and bid, while it is registered', false, state => {
    const machine = selectedMachine(state)
    return step(machine === null ? state : open(state, editBid(machine)))
  }),
  onMachine('store', 'o', 'Find a host by its offer and store it there', true, state => {
    const machine = selectedMachine(state)
    if (machine === null) return step(state)
    const search = { kind: 'search', machine: machine.uuid, move: false, bid: null } as const
    return step(open(state, hostsFor(machine, 'store')), search)
  }),
  onMachine('start', 's', 'Start, up to a spend limit', true, state => running(state, 'start')),
  onMachine('stop', 'S', 'Stop: the guest powers down', true, state => ending(state, 'stop')),
  onMachine('suspend', 'z', 'Suspend: memory to disk', true, state => ending(state, 'suspend')),
  onMachine('resume', 'Z', 'Resume, up to a spend limit', true, state => running(state, 'resume')),
  onMachine('move', 'm', 'Move to another host', true, state => {
    const machine = selectedMachine(state)
    if (machine === null) return step(state)
    const search = { kind: 'search', machine: machine.uuid, move: true, bid: null } as const
    return step(open(state, hostsFor(machine, 'move')), search)
  }),
  onMachine('console', 'c', 'Serial console; Ctrl-] comes back', false, state => {
    const machine = selectedMachine(state)
    if (machine === null) return step(state)
    const { uuid, name } = machine
    return step(say(state, 'info', `Opening the serial console of ${name}…`), {
      kind: 'console',
      machine: uuid,
      name
    })
  }),
  VOUCH,
  {
    id: 'machine delete',
    keys: ['d'],
    title: 'Discard a registration, or delete a machine and its disk',
    group: 'Machine',
    places: ['machines'],
    danger: true,
    hint: 'delete',
    enabled: state => {
      const machine = selectedMachine(state)
      return actionAllowed(state, machine, machine?.state === 'registered' ? 'discard' : 'delete')
    },
    run: state =>
      ending(state, selectedMachine(state)?.state === 'registered' ? 'discard' : 'delete')
  },
  {
    id: 'machine copy-id',
    keys: ['y'],
    title: 'Copy its UUID, and show it',
    group: 'Machine',
    places: ['machines'],
    danger: false,
    hint: null,
    enabled: state => selectedMachine(state) !== null || 'No machine is selected.',
    run: state => {
      const uuid = selectedMachine(state)?.uuid ?? ''
      return step(say(state, 'info', `UUID ${uuid} (copied, where the terminal allows it)`), {
        kind: 'copy',
        text: uuid
      })
    }
  },
  {
    id: 'ui cli',
    keys: ['@'],
    title: 'Show the same things as CLI commands',
    group: 'Machine',
    places: ['machines'],
    danger: false,
    hint: null,
    enabled: () => true,
    run: state =>
      step(open(state, { kind: 'cli', title: 'The same on the CLI', lines: cliLines(state) }))
  },
  rarely('raise-limit', '+', 'Raise the spend limit; a suspended clock goes on', state =>
    running(state, 'raise-limit')
  ),
  rarely('release', 'x', 'Release: stopped at once, without its host', state =>
    ending(state, 'release')
  ),
  rarely('release-contract', 'X', 'End the contract at once, without its host', state =>
    ending(state, 'release-contract')
  ),
  rarely('declare-lost', 'L', 'Give it up for lost with its host', state =>
    ending(state, 'declare-lost')
  ),
  INHERIT
]

function onMachine(
  action: MachineAction,
  key: string,
  title: string,
  danger: boolean,
  run: (state: UiState) => Step
): Command {
  return {
    id: `machine ${action}`,
    keys: [key],
    title,
    group: 'Machine',
    places: ['machines'],
    danger,
    hint: action,
    enabled: state => actionAllowed(state, selectedMachine(state), action),
    run
  }
}

/** Found by help and palette: the footer has room for the main job only. */
function rarely(
  action: MachineAction,
  key: string,
  title: string,
  run: (state: UiState) => Step
): Command {
  return { ...onMachine(action, key, title, true, run), hint: null }
}

function connected(state: UiState): true | string {
  return state.link.kind === 'live' || 'The node does not answer: nothing can be ordered.'
}

function running(state: UiState, verb: LimitVerb): Step {
  const machine = selectedMachine(state)
  const dialog = machine === null ? null : limitFor(machine, verb, state.account?.balance ?? '0')
  return step(dialog === null ? state : open(state, dialog))
}

function ending(state: UiState, verb: EndVerb): Step {
  const machine = selectedMachine(state)
  return step(machine === null ? state : open(state, confirmEnd(machine, verb)))
}

function cliLines(state: UiState): string[] {
  const machine = selectedMachine(state)
  if (machine === null) return ['virtuoso market browse', 'virtuoso machine create CONFIGURATION']
  const { uuid, name } = machine
  const lines = [`virtuoso machine show ${quoted(name)}`]
  for (const { action, reason } of machine.actions) {
    if (reason !== null) continue
    lines.push(actionLine(action, uuid, name))
  }
  if (wordAwaited(state) === true) lines.push(orderLine({ verb: 'vouch', machine: uuid, name }))
  const heir = copyKept(state) === true ? machine.copyAt : null
  if (heir !== null) lines.push(orderLine({ verb: 'declare-lost', machine: uuid, name, heir }))
  return [...lines, '', `Bid: ${bidText(machine.bid)}`]
}

function actionLine(action: MachineAction, machine: string, name: string): string {
  switch (action) {
    case 'store':
    case 'move':
      return orderLine({ verb: action, machine, name, host: 'HOST', hostName: 'HOST' })
    case 'start':
    case 'resume':
    case 'raise-limit':
      return orderLine({ verb: action, machine, name, spendLimit: 'AMOUNT' })
    case 'stop':
    case 'suspend':
    case 'delete':
    case 'discard':
    case 'release':
    case 'release-contract':
    case 'declare-lost':
      return orderLine({ verb: action, machine, name } satisfies Order)
    case 'console':
      return `virtuoso machine console ${quoted(name)} -t serial`
    case 'search':
    case 'edit':
      return `virtuoso machine ${action} ${quoted(name)}`
  }
}
