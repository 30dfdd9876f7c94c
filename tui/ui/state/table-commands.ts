/** Commands on the table and the program. */
import { THEMES } from '../screen/index.ts'
import { askElection } from './ballot.ts'
import type { Command, Group } from './command.ts'
import { lineOf } from './line-editor.ts'
import { selectedMachine, type UiState, visibleMachines } from './state.ts'
import { open, type Step, say, step } from './step.ts'

/** Rows a page key moves over. */
const PAGE = 10
/** Details are never longer than this and a page. */
const DETAIL_TOP_MAX = 40

export const TABLE_COMMANDS: readonly Command[] = [
  plain('select previous', ['up', 'k'], 'Machine above', 'Table', state => select(state, -1)),
  plain('select next', ['down', 'j'], 'Machine below', 'Table', state => select(state, 1)),
  plain('select first', ['g', 'home'], 'First machine', 'Table', state => select(state, -Infinity)),
  plain('select last', ['G', 'end'], 'Last machine', 'Table', state => select(state, Infinity)),
  plain('page up', ['pageup', 'C-b'], 'A page up', 'Table', state => page(state, -PAGE)),
  plain('page down', ['pagedown', 'C-f'], 'A page down', 'Table', state => page(state, PAGE)),
  {
    ...plain('machine show', ['enter'], 'Details of the machine, whole screen', 'Table', state =>
      step({ ...state, expanded: !state.expanded, detailTop: 0 })
    ),
    hint: 'details',
    enabled: state => selectedMachine(state) !== null || 'No machine is selected.'
  },
  {
    ...plain('filter', ['/'], 'Filter the table', 'Table', state =>
      step(open(state, { kind: 'filter', line: lineOf(state.filter), before: state.filter }))
    ),
    hint: 'filter'
  },
  {
    ...plain('palette', [':'], 'Commands by their names', 'Program', state =>
      step(open(state, { kind: 'palette', line: lineOf(''), index: 0 }))
    ),
    hint: 'commands'
  },
  {
    ...plain('help', ['?'], 'All keys', 'Program', state =>
      step(open(state, { kind: 'help', top: 0, end: false }))
    ),
    hint: 'help'
  },
  plain('refresh', ['r'], 'Ask the node again', 'Program', state =>
    step(say(state, 'info', 'Asking the node again…'), { kind: 'refresh' })
  ),
  plain('election show', ['v'], 'Coordinators, candidates, your ballot', 'Program', askElection),
  plain('theme', ['t'], 'Next theme', 'Program', state => {
    const theme = THEMES[(THEMES.indexOf(state.theme) + 1) % THEMES.length] ?? 'standard'
    return step(say({ ...state, theme }, 'info', `Theme ${theme}.`))
  }),
  plain('back', ['escape'], 'Close details, clear the filter', 'Program', back),
  {
    ...plain('quit', ['q', 'C-c'], 'Quit; machines go on as they are', 'Program', state =>
      step(state, { kind: 'quit' })
    ),
    hint: 'quit'
  }
]

function plain(
  id: string,
  keys: readonly string[],
  title: string,
  group: Group,
  run: (state: UiState) => Step
): Command {
  return {
    id,
    keys,
    title,
    group,
    places: ['machines'],
    danger: false,
    hint: null,
    enabled: () => true,
    run
  }
}

function select(state: UiState, by: number): Step {
  const visible = visibleMachines(state)
  const at = visible.findIndex(machine => machine.uuid === selectedMachine(state)?.uuid)
  const next = Math.max(0, Math.min(visible.length - 1, at + by))
  return step({ ...state, selected: visible[next]?.uuid ?? null, notice: null, detailTop: 0 })
}

function page(state: UiState, by: number): Step {
  if (!state.expanded) return select(state, by)
  return step({ ...state, detailTop: Math.max(0, Math.min(DETAIL_TOP_MAX, state.detailTop + by)) })
}

function back(state: UiState): Step {
  if (state.notice !== null) return step({ ...state, notice: null })
  if (state.expanded) return step({ ...state, expanded: false, detailTop: 0 })
  return step({ ...state, filter: '' })
}
