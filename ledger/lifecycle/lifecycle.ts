/**
 * What may be done with a machine in each state (2004 text, sections 4 and 6.1.7), as data.
 *
 *   registered --store--> stored --start--> started --stop, fell----------> stopped --start--> started
 *       |                   |                  |                               |
 *    discard             delete             suspend, suspend-unpaid         delete
 *                                              v
 *                                           suspended --resume--> started
 *
 *   stored, stopped, suspended --move--> migrating --arrive, abort--> the state it had
 *
 *   started --release--> stopped (not sealed) --seal--> stopped
 *   stored, started, stopped, suspended --release-contract, declare-lost--> registered, --inherit--> as sealed
 *   stored, stopped, suspended --evict--> registered
 *
 * The version grows by one on entering stored, stopped or suspended, on arrival, and where a contract ends
 * against the holder or the owner: it is what fences the old holder off.
 */
import type { MachineState, RestingState } from '../records/index.ts'

export type LifecycleAction =
  | 'search'
  | 'edit'
  | 'discard'
  | 'store'
  | 'start'
  | 'resume'
  | 'stop'
  | 'suspend'
  | 'delete'
  | 'move'
  | 'console'
  | 'fell'
  | 'suspend-unpaid'
  | 'move-status'
  | 'arrive'
  | 'abort'
  | 'seal'
  | 'give-notice'
  | 'evict'
  | 'release'
  | 'release-contract'
  | 'declare-lost'
  | 'inherit'
  | 'raise-limit'

/** `owner` asks, `holder` reports on its signature alone, `either` party of a move. */
export type Actor = 'owner' | 'holder' | 'destination' | 'either'

export interface Transition {
  readonly action: LifecycleAction
  readonly by: Actor
  /** `same`: nothing changes hands; `before`: the state when the move was opened, or when it was sealed. */
  readonly to: MachineState | 'same' | 'gone' | 'before'
  readonly versionGrows: boolean
}

const DELETE: Transition = { action: 'delete', by: 'owner', to: 'gone', versionGrows: false }
const MOVE: Transition = { action: 'move', by: 'owner', to: 'migrating', versionGrows: false }
const NOTICE: Transition = { action: 'give-notice', by: 'holder', to: 'same', versionGrows: false }
const EVICT: Transition = { action: 'evict', by: 'holder', to: 'registered', versionGrows: true }
/** The owner's ways out of a contract, which need no word of the holder. */
const LEAVE: readonly Transition[] = [
  { action: 'release-contract', by: 'owner', to: 'registered', versionGrows: true },
  { action: 'declare-lost', by: 'owner', to: 'registered', versionGrows: true },
  { action: 'inherit', by: 'owner', to: 'before', versionGrows: true }
]
const START: Transition = { action: 'start', by: 'owner', to: 'started', versionGrows: false }

export const LIFECYCLE: Readonly<Record<MachineState, readonly Transition[]>> = {
  registered: [
    { action: 'search', by: 'owner', to: 'same', versionGrows: false },
    { action: 'edit', by: 'owner', to: 'same', versionGrows: false },
    { action: 'discard', by: 'owner', to: 'gone', versionGrows: false },
    { action: 'store', by: 'owner', to: 'stored', versionGrows: true }
  ],
  stored: [START, MOVE, DELETE, NOTICE, EVICT, ...LEAVE],
  started: [
    { action: 'stop', by: 'owner', to: 'stopped', versionGrows: true },
    { action: 'console', by: 'owner', to: 'same', versionGrows: false },
    { action: 'suspend', by: 'owner', to: 'suspended', versionGrows: true },
    { action: 'fell', by: 'holder', to: 'stopped', versionGrows: true },
    { action: 'suspend-unpaid', by: 'holder', to: 'suspended', versionGrows: true },
    { action: 'release', by: 'owner', to: 'stopped', versionGrows: true },
    { action: 'raise-limit', by: 'owner', to: 'same', versionGrows: false },
    NOTICE,
    ...LEAVE
  ],
  stopped: [
    START,
    MOVE,
    DELETE,
    { action: 'seal', by: 'holder', to: 'same', versionGrows: false },
    NOTICE,
    EVICT,
    ...LEAVE
  ],
  suspended: [
    { action: 'resume', by: 'owner', to: 'started', versionGrows: false },
    MOVE,
    DELETE,
    NOTICE,
    EVICT,
    ...LEAVE
  ],
  migrating: [
    { action: 'move-status', by: 'owner', to: 'same', versionGrows: false },
    { action: 'arrive', by: 'destination', to: 'before', versionGrows: true },
    { action: 'abort', by: 'either', to: 'before', versionGrows: false }
  ]
}

/** undefined: the action is illegal in this state. */
export function transition(state: MachineState, action: LifecycleAction): Transition | undefined {
  return LIFECYCLE[state].find(entry => entry.action === action)
}

export function legalActions(state: MachineState): readonly LifecycleAction[] {
  return LIFECYCLE[state].map(entry => entry.action)
}

/** States in which an action is legal, for the sentence that refuses it. */
export function statesAllowing(action: LifecycleAction): readonly MachineState[] {
  return STATES.filter(state => transition(state, action) !== undefined)
}

/** A machine may be moved from these states, and comes back to them. */
export function isResting(state: MachineState): state is RestingState {
  return state === 'stored' || state === 'stopped' || state === 'suspended'
}

/**
 * State and version after a transition. `before` is the state kept in the open move or with the seal.
 * Throws for a transition that ends the record, and where the state to come back to is not known.
 */
export function afterTransition(
  machine: { readonly state: MachineState; readonly version: number },
  entry: Transition,
  before: RestingState | null
): { state: MachineState; version: number } {
  const version = machine.version + (entry.versionGrows ? 1 : 0)
  if (entry.to === 'same') return { state: machine.state, version }
  if (entry.to !== 'before' && entry.to !== 'gone') return { state: entry.to, version }
  if (entry.to === 'gone' || before === null) {
    throw new Error(`no state follows ${entry.action} from ${machine.state}`)
  }
  return { state: before, version }
}

const STATES = [
  'registered',
  'stored',
  'started',
  'stopped',
  'suspended',
  'migrating'
] as const satisfies readonly MachineState[]

/**
 * The words of the 2004 table `statusrelations`. What it has no word for was not offered there: storing is a
 * choice among the results of `searchprovider`, a machine was never given back, and the rest happens by itself.
 */
export const NAMES_OF_2004: Readonly<Partial<Record<LifecycleAction, string>>> = {
  search: 'searchprovider',
  edit: 'editregistrationinfo',
  start: 'startmachine',
  stop: 'stopmachine',
  console: 'viewmachine',
  suspend: 'suspendmachine',
  resume: 'resumemachine',
  move: 'migrate',
  'move-status': 'migrationstatus'
}
