/** Keys inside dialogs. Text that no command takes goes to the field being edited. */
import { mark } from './ballot.ts'
import type { Command, Place } from './command.ts'
import { accept, close, moveIn, raiseBid } from './dialog-steps.ts'
import type { UiState } from './state.ts'
import { type Step, step } from './step.ts'

const PAGE = 10

export const DIALOG_COMMANDS: readonly Command[] = [
  inDialog('row above', ['up', 'k'], 'Row above', ['list', 'reading'], move(-1)),
  inDialog('row below', ['down', 'j'], 'Row below', ['list', 'reading'], move(1)),
  inDialog('first row', ['g', 'home'], 'First row', ['list', 'reading'], move(-Infinity)),
  inDialog('last row', ['G', 'end'], 'Last row', ['list', 'reading'], move(Infinity)),
  inDialog('page above', ['pageup'], 'A page up', ['list', 'reading'], move(-PAGE)),
  inDialog('page below', ['pagedown'], 'A page down', ['list', 'reading'], move(PAGE)),
  inDialog('entry above', ['up'], 'Entry above', ['palette'], move(-1)),
  inDialog('entry below', ['down'], 'Entry below', ['palette'], move(1)),
  inDialog('field before', ['up', 'S-tab'], 'Field before', ['form'], move(-1)),
  hinted('choose', inDialog('choose', ['enter'], 'Choose the row', ['list'], accept)),
  {
    ...inDialog('raise bid', ['e'], 'Search with another bid', ['list'], raiseBid),
    hint: 'other bid',
    enabled: state =>
      (state.dialog?.kind === 'hosts' && state.dialog.search !== null) ||
      'Bids are for hosts: choose a configuration first.'
  },
  {
    ...inDialog('mark', ['space'], 'Put on the ballot, or take off it', ['list'], mark),
    hint: 'mark',
    enabled: state => state.dialog?.kind === 'ballot' || 'Only ballots are marked.'
  },
  hinted('go on', inDialog('go on', ['enter'], 'Send the form', ['form'], accept)),
  {
    ...inDialog('field after', ['tab', 'down'], 'Field after', ['form'], move(1)),
    hint: 'next field',
    enabled: state => state.dialog?.kind === 'bid' || 'This form has one field.'
  },
  hinted('run', inDialog('run entry', ['enter'], 'Run the entry', ['palette'], accept)),
  hinted('keep', inDialog('keep filter', ['enter'], 'Keep the filter', ['prompt'], accept)),
  hinted('yes', { ...inDialog('yes', ['y'], 'Yes, do it', ['confirm'], accept), danger: true }),
  {
    ...inDialog('agree', ['enter'], 'Yes, where nothing is lost', ['confirm'], accept),
    danger: true,
    enabled: state =>
      state.dialog?.kind !== 'confirm' ||
      !state.dialog.danger ||
      'This loses data: press y to do it.'
  },
  hinted('no', inDialog('no', ['n'], 'No', ['confirm'], close)),
  hinted('back', inDialog('leave', ['escape'], 'Back, nothing done', everyDialog(), close)),
  hinted('close', inDialog('close', ['q', 'enter'], 'Close', ['reading'], close)),
  inDialog('leave list', ['q'], 'Back, nothing done', ['list', 'confirm'], close),
  inDialog('quit at once', ['C-c'], 'Quit the program', everyDialog(), state =>
    step(state, { kind: 'quit' })
  )
]

function everyDialog(): readonly Place[] {
  return ['list', 'form', 'prompt', 'palette', 'confirm', 'reading']
}

function move(by: number): (state: UiState) => Step {
  return state => moveIn(state, by)
}

function hinted(hint: string, command: Command): Command {
  return { ...command, hint }
}

function inDialog(
  id: string,
  keys: readonly string[],
  title: string,
  places: readonly Place[],
  run: (state: UiState) => Step
): Command {
  return {
    id,
    keys,
    title,
    group: 'Dialogs',
    places,
    danger: false,
    hint: null,
    enabled: () => true,
    run
  }
}
