/**
 * The origin's side of a move: it serves, and lets go of nothing until the ledger says so.
 *
 *   HELLO -> checking --open, from me, to this peer--> opening --opened, root is the ledger's--> serving
 *               | anything else                        ^   | failed, or another root               |
 *               v                                HELLO |   v                          stream ended |
 *             over (refused)                          waiting <------------------------------------+
 *
 *   opening, serving, waiting --ledger: the machine has left--> over (left, the copy is kept as cached)
 *                             --ledger: the move is over-->     over (stayed, the copy is the machine)
 *
 * What must not be reordered: `persist` before `open-content`, so that after a crash the copy of a machine
 * that has left is still found and marked; `keep-cached` or `release` before `forget`, for the same reason.
 * The receipt changes nothing here: until the COMMIT is final this copy is the machine.
 */
import type { Hash, MachineRecord, MigrationRecord, PublicKey, Uuid } from '../../ledger/index.ts'

interface Asked {
  /** This host. */
  readonly self: Uuid
  readonly machine: Uuid
  readonly migrationId: Hash
}

type Opened = Asked & {
  readonly phase: 'opening' | 'serving' | 'waiting'
  readonly root: Hash
}

export type Origin =
  /** `peer`: the key of the node that asks, as the connection has proved it. */
  | (Asked & { readonly phase: 'checking'; readonly peer: PublicKey })
  | Opened
  | (Asked & { readonly phase: 'over'; readonly end: OriginEnd })

export type OriginEnd = 'refused' | 'left' | 'stayed'

/** What survives a crash. */
export type OriginJournal = Opened

interface Ledger {
  readonly machine: MachineRecord | undefined
  readonly migration: MigrationRecord | undefined
}

export type OriginEvent =
  /** `destinationKey`: the key of the host that the open move names. */
  | ({ readonly type: 'ledger'; readonly destinationKey: PublicKey | undefined } & Ledger)
  /** First event after a restart with a journal. */
  | ({ readonly type: 'recovered' } & Ledger)
  /** The machine can be read, and its sealed root is this. */
  | { readonly type: 'opened'; readonly root: Hash }
  | { readonly type: 'open-failed'; readonly why: string }
  /** The destination has answered the challenge rightly. */
  | { readonly type: 'proved' }
  | { readonly type: 'stream-ended' }
  /** The destination of this move, by the key its connection has proved, came back. */
  | { readonly type: 'hello' }

export type OriginRefusalCode = 'NO_SUCH_MOVE' | 'NOT_READY'

export type OriginEffect =
  | { readonly type: 'read-ledger' }
  /** Make the machine readable and say its root (2004: make_vm_migratable). */
  | { readonly type: 'open-content' }
  | { readonly type: 'persist'; readonly journal: OriginJournal }
  /** Send the manifest and answer what is asked for. */
  | { readonly type: 'serve' }
  | { readonly type: 'sign-receipt'; readonly migration: Hash; readonly root: Hash }
  | { readonly type: 'refuse'; readonly code: OriginRefusalCode; readonly message: string }
  /** Stop reading; the copy becomes an older version, evictable, never started again. */
  | { readonly type: 'keep-cached' }
  /** Stop reading; the copy is the machine, as before. */
  | { readonly type: 'release' }
  | { readonly type: 'forget' }

export interface OriginStep {
  readonly state: Origin
  readonly effects: readonly OriginEffect[]
}

export function startOrigin(asked: {
  readonly self: Uuid
  readonly machine: Uuid
  readonly migrationId: Hash
  readonly peer: PublicKey
}): OriginStep {
  return { state: { phase: 'checking', ...asked }, effects: [{ type: 'read-ledger' }] }
}

export function stepOrigin(state: Origin, event: OriginEvent): OriginStep {
  switch (event.type) {
    case 'ledger':
      if (state.phase !== 'checking') return watch(state, event)
      return check(state, event, event.destinationKey)
    case 'recovered':
      return recover(state, event)
    case 'opened':
      return onOpened(state, event.root)
    case 'open-failed':
      return notReady(state, event.why)
    case 'proved':
      if (state.phase !== 'serving') return stay(state)
      return go(state, { type: 'sign-receipt', migration: state.migrationId, root: state.root })
    case 'stream-ended':
      return state.phase === 'serving' ? stay({ ...state, phase: 'waiting' }) : stay(state)
    case 'hello':
      // Also while serving: it came back before we noticed that its old stream is dead.
      if (state.phase !== 'waiting' && state.phase !== 'serving') return stay(state)
      return go({ ...state, phase: 'opening' }, { type: 'open-content' })
  }
}

function check(
  state: Asked & { readonly peer: PublicKey },
  { migration }: Ledger,
  destinationKey: PublicKey | undefined
): OriginStep {
  if (migration === undefined || migration.id !== state.migrationId) {
    return refuse(state, 'NO_SUCH_MOVE', 'the ledger holds no such open move of this machine')
  }
  if (migration.origin !== state.self) {
    return refuse(state, 'NO_SUCH_MOVE', `the machine leaves from host ${migration.origin}`)
  }
  if (destinationKey !== state.peer) {
    const to = `the machine goes to host ${migration.destination}`
    return refuse(state, 'NO_SUCH_MOVE', `${to}, and you are another`)
  }
  const { self, machine, migrationId } = state
  const journal: OriginJournal = {
    phase: 'opening',
    self,
    machine,
    migrationId,
    root: migration.root
  }
  return go(journal, { type: 'persist', journal }, { type: 'open-content' })
}

function onOpened(state: Origin, root: Hash): OriginStep {
  if (state.phase !== 'opening') return stay(state)
  if (root !== state.root) {
    return notReady(state, `the copy here has root ${root}, the ledger has ${state.root}`)
  }
  return go({ ...state, phase: 'serving' }, { type: 'serve' })
}

/** The move stays open and may be tried again; only the ledger ends it. */
function notReady(state: Origin, message: string): OriginStep {
  if (state.phase !== 'opening') return stay(state)
  return go({ ...state, phase: 'waiting' }, { type: 'refuse', code: 'NOT_READY', message })
}

function recover(state: Origin, ledger: Ledger): OriginStep {
  return watch('root' in state ? { ...state, phase: 'waiting' } : state, ledger)
}

/** Once opened, only the ledger ends it. */
function watch(state: Origin, { machine, migration }: Ledger): OriginStep {
  if (state.phase === 'over' || state.phase === 'checking') return stay(state)
  if (migration?.id === state.migrationId) return stay(state)
  const left = machine !== undefined && machine.holder !== null && machine.holder !== state.self
  const { self, machine: uuid, migrationId } = state
  return go(
    { phase: 'over', self, machine: uuid, migrationId, end: left ? 'left' : 'stayed' },
    { type: left ? 'keep-cached' : 'release' },
    { type: 'forget' }
  )
}

/** Nothing was opened, so there is nothing to watch. */
function refuse(state: Asked, code: OriginRefusalCode, message: string): OriginStep {
  const { self, machine, migrationId } = state
  return go(
    { phase: 'over', self, machine, migrationId, end: 'refused' },
    { type: 'refuse', code, message }
  )
}

function go(state: Origin, ...effects: readonly OriginEffect[]): OriginStep {
  return { state, effects }
}

function stay(state: Origin): OriginStep {
  return { state, effects: [] }
}
