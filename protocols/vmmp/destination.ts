/**
 * The destination's side of a move.
 *
 *   REQ -> checking --open, to me, this version--> pulling --> verifying --> proving --> installing --> committing
 *             | anything else                        |            |            |            |              |
 *             v                                      +--failed----+------------+------------+       ledger | ledger
 *           done (FAIL)                              |  or the ledger says that the move is over      says | says
 *                                                    v                                              closed | mine
 *                                                discarding <---------------------------------------------+ v
 *                                                    +--> done (FAIL)                                done (SUCCESS)
 *
 * Where every byte is here and the origin withholds its receipt, the owner's stands in its place. The origin is asked
 * again and again meanwhile, for it may only have been away; whichever comes first is the receipt:
 *
 *                                                 ask-origin, withheld
 *                                                        +--+
 *                                                        |  v
 *   proving --withheld--> installing (no receipt) --> waiting --vouched or proved--> committing
 *                                                        | the ledger says that the move is over
 *                                                        +--> discarding
 *
 * What must not be reordered:
 * - `persist` before `fetch`: or files of a move that nobody remembers would lie on the disk for ever;
 * - `install` (every byte verified, fsynced, in its place) before `submit-commit`: or a crash after the COMMIT
 *   would leave the ledger pointing at a machine that does not exist;
 * - `persist` of the receipt before `submit-commit`: in `committing` only the ledger may say that the bytes
 *   are to be discarded, and after a restart we must know that we were there;
 * - `install` before `await-word`: the origin may be gone for good, so nothing of what a restart finds may need it.
 *   `ask-origin` reads what is installed, and what it hears changes nothing but the receipt;
 * - `forget` after `discard`, for the same reason as the first.
 */
import type { MachineRecord, MigrationRecord, SignedReceipt, Uuid } from '../../ledger/index.ts'
import type { Req, Resp } from './message.ts'
import { judgeWord, type OwnerWord, type WordRefusal } from './owner-word.ts'

/** Every so often the requester hears that the move goes on. */
export const HEARTBEAT_MS: number = 5_000
/** Every so often the ledger does (it extends the deadline), or is sent the COMMIT again. */
export const LEDGER_HEARTBEAT_MS: number = 20_000
/** Every so often the origin is asked again for the receipt that it withheld. */
export const ORIGIN_AGAIN_MS: number = 20_000

interface Move {
  /** This host. */
  readonly self: Uuid
  readonly req: Req
  /** When the requester and the ledger last heard of us. */
  readonly toldRequesterMs: number
  readonly toldLedgerMs: number
}

interface OpenMove extends Move {
  readonly migration: MigrationRecord
}

type Pulling = OpenMove & { readonly phase: 'pulling' }
/** Everything is in its place but a receipt. */
interface Waiting extends OpenMove {
  readonly phase: 'waiting'
  /** When the origin was asked last; null: not since this run of the node waits. */
  readonly originAskedMs: number | null
  /** Its answer is still to come. */
  readonly isOriginAsked: boolean
}
type Committing = OpenMove & { readonly phase: 'committing'; readonly receipt: SignedReceipt }

export type Destination =
  | (Move & { readonly phase: 'checking' })
  | Pulling
  | (OpenMove & { readonly phase: 'verifying' | 'proving' })
  /** `receipt` null: the origin withholds it. */
  | (OpenMove & { readonly phase: 'installing'; readonly receipt: SignedReceipt | null })
  | Waiting
  | Committing
  | (OpenMove & { readonly phase: 'discarding'; readonly why: string })
  | (Move & { readonly phase: 'done'; readonly resp: Resp; readonly why: string | null })

/** What survives a crash; it holds nothing that JSON does not know but the escrow's bigint. */
export type DestinationJournal = Pulling | Waiting | Committing

interface Ledger {
  readonly machine: MachineRecord | undefined
  readonly migration: MigrationRecord | undefined
}

export type DestinationEvent =
  /** What the ledger holds of the machine: the answer to `read-ledger`, and whenever it has changed. */
  | ({ readonly type: 'ledger' } & Ledger)
  /** First event after a restart with a journal; the state is the journal's. */
  | ({ readonly type: 'recovered' } & Ledger)
  | { readonly type: 'fetched' }
  | { readonly type: 'verified' }
  | { readonly type: 'proved'; readonly receipt: SignedReceipt }
  /** Every byte is here, and the origin signs nothing, or nothing that holds, or is gone: to `prove` and `ask-origin`. */
  | { readonly type: 'withheld' }
  | ({ readonly type: 'vouched' } & OwnerWord)
  | { readonly type: 'installed' }
  | { readonly type: 'discarded' }
  /** Work under way failed; the sentence says how. */
  | { readonly type: 'failed'; readonly why: string }
  /** The requester dialled again. */
  | { readonly type: 'req' }
  | { readonly type: 'tick'; readonly nowMs: number }

export type DestinationEffect =
  | { readonly type: 'read-ledger' }
  | { readonly type: 'persist'; readonly journal: DestinationJournal }
  /** Pull every byte from the origin to a temporary place, going on from what is there. */
  | { readonly type: 'fetch'; readonly migration: MigrationRecord }
  /** Compare what was pulled with the root on the ledger. */
  | { readonly type: 'verify'; readonly migration: MigrationRecord }
  /** Answer the origin's challenge and get its receipt. */
  | { readonly type: 'prove'; readonly migration: MigrationRecord }
  /** fsync and rename into the machine's place; doing it twice does no harm. */
  | { readonly type: 'install' }
  /** To say so, until the owner vouches or the origin signs after all. */
  | { readonly type: 'await-word' }
  /** The challenge and the receipt once more, from what is installed; ends with `proved` or `withheld`. */
  | { readonly type: 'ask-origin'; readonly migration: MigrationRecord }
  | {
      readonly type: 'submit-commit'
      readonly migration: MigrationRecord
      readonly receipt: SignedReceipt
    }
  | { readonly type: 'submit-heartbeat'; readonly migration: MigrationRecord }
  | { readonly type: 'submit-abort'; readonly migration: MigrationRecord }
  | { readonly type: 'send-heartbeat' }
  | { readonly type: 'send-resp'; readonly resp: Resp }
  /** Remove everything of this move, installed or not. */
  | { readonly type: 'discard' }
  | { readonly type: 'forget' }

export interface DestinationStep {
  readonly state: Destination
  readonly effects: readonly DestinationEffect[]
}

export function startDestination(self: Uuid, req: Req, nowMs: number): DestinationStep {
  return {
    state: { phase: 'checking', self, req, toldRequesterMs: nowMs, toldLedgerMs: nowMs },
    effects: [{ type: 'read-ledger' }]
  }
}

export function stepDestination(state: Destination, event: DestinationEvent): DestinationStep {
  switch (event.type) {
    case 'ledger':
      return onLedger(state, event)
    case 'recovered':
      return onRecovered(state, event)
    case 'fetched':
      if (state.phase !== 'pulling') return stay(state)
      return go({ ...state, phase: 'verifying' }, { type: 'verify', migration: state.migration })
    case 'verified':
      if (state.phase !== 'verifying') return stay(state)
      return go({ ...state, phase: 'proving' }, { type: 'prove', migration: state.migration })
    case 'proved':
      if (state.phase === 'waiting') return commitWith(state, event.receipt)
      if (state.phase !== 'proving') return stay(state)
      return go({ ...state, phase: 'installing', receipt: event.receipt }, { type: 'install' })
    case 'withheld':
      if (state.phase === 'waiting') return go({ ...state, isOriginAsked: false })
      if (state.phase !== 'proving') return stay(state)
      return go({ ...state, phase: 'installing', receipt: null }, { type: 'install' })
    case 'vouched':
      if (state.phase !== 'waiting' || judgeWord(state.migration, event) !== null)
        return stay(state)
      return commitWith(state, event.receipt)
    case 'installed':
      return onInstalled(state)
    case 'discarded':
      if (state.phase !== 'discarding') return stay(state)
      return finish(state, 'FAIL', state.why)
    case 'failed':
      return onFailed(state, event.why)
    case 'req':
      return state.phase === 'done'
        ? go(state, { type: 'send-resp', resp: state.resp })
        : stay(state)
    case 'tick':
      return onTick(state, event.nowMs)
  }
}

/** What the owner hears of its word; null: it is taken, or was. */
export function refuseWord(state: Destination, word: OwnerWord): WordRefusal | null {
  switch (state.phase) {
    case 'checking':
    case 'discarding':
    case 'done':
      return { code: 'MIGRATION_UNKNOWN', message: 'no move of this machine to here is under way' }
    case 'pulling':
    case 'verifying':
    case 'proving':
    case 'installing':
      return judgeWord(state.migration, word) ?? notAwaited(state.phase)
    case 'waiting':
    case 'committing':
      return judgeWord(state.migration, word)
  }
}

function notAwaited(phase: Destination['phase']): WordRefusal {
  const message = `the move is still ${phase}: your word counts when every byte is here and the origin signs nothing`
  return { code: 'NOT_AWAITED', message }
}

function onLedger(state: Destination, ledger: Ledger): DestinationStep {
  const verdict = judge(state, ledger)
  switch (state.phase) {
    case 'checking':
      return verdict.kind === 'open' ? pull(state, verdict.migration) : refuse(state, verdict)
    case 'done':
    case 'discarding':
      return stay(state)
    case 'pulling':
    case 'verifying':
    case 'proving':
    case 'installing':
    case 'waiting':
    case 'committing':
      if (verdict.kind === 'open') return stay(state)
      return verdict.kind === 'mine' ? finish(state, 'SUCCESS', null) : discard(state, verdict.why)
  }
}

function onRecovered(state: Destination, ledger: Ledger): DestinationStep {
  const verdict = judge(state, ledger)
  if (verdict.kind !== 'open') return onLedger(state, ledger)
  if (state.phase === 'committing') return go(state, commit(state))
  if (state.phase === 'waiting') return go(state, { type: 'await-word' })
  if (state.phase === 'pulling') return pull(state, verdict.migration)
  return stay(state)
}

type Verdict =
  | { readonly kind: 'open'; readonly migration: MigrationRecord }
  | { readonly kind: 'mine' }
  | { readonly kind: 'closed'; readonly why: string }

/** What the ledger says of this move: open to us, committed by us, or neither. */
function judge(state: Destination, { machine, migration }: Ledger): Verdict {
  const { self, req } = state
  if (machine === undefined) return closed(`the ledger knows no machine ${req.machine}`)
  if (migration === undefined) {
    const arrived = machine.holder === self && machine.version > req.version
    return arrived ? { kind: 'mine' } : closed('the ledger holds no open move of this machine')
  }
  if (migration.destination !== self) return closed('the machine is on its way to another host')
  if (migration.version !== req.version) {
    const versions = `version ${migration.version}, the request is for ${req.version}`
    return closed(`the open move is of ${versions}`)
  }
  const known = 'migration' in state ? state.migration.id : migration.id
  if (migration.id !== known) return closed('another move of this machine has been opened')
  return { kind: 'open', migration }
}

function pull(state: Move, migration: MigrationRecord): DestinationStep {
  const { self, req, toldRequesterMs, toldLedgerMs } = state
  const journal: DestinationJournal = {
    phase: 'pulling',
    self,
    req,
    toldRequesterMs,
    toldLedgerMs,
    migration
  }
  return go(journal, { type: 'persist', journal }, { type: 'fetch', migration })
}

function onInstalled(state: Destination): DestinationStep {
  if (state.phase !== 'installing') return stay(state)
  const { receipt } = state
  if (receipt !== null) return commitWith(state, receipt)
  const asked = { originAskedMs: null, isOriginAsked: false }
  const journal: Waiting = { ...moveOf(state), ...asked, phase: 'waiting' }
  return go(journal, { type: 'persist', journal }, { type: 'await-word' })
}

function commitWith(state: OpenMove, receipt: SignedReceipt): DestinationStep {
  const journal: Committing = { ...moveOf(state), phase: 'committing', receipt }
  return go(journal, { type: 'persist', journal }, commit(journal))
}

function commit(state: OpenMove & { readonly receipt: SignedReceipt }): DestinationEffect {
  return { type: 'submit-commit', migration: state.migration, receipt: state.receipt }
}

function onFailed(state: Destination, why: string): DestinationStep {
  switch (state.phase) {
    case 'checking':
      return refuse(state, { kind: 'closed', why })
    case 'pulling':
    case 'verifying':
    case 'proving':
    case 'installing': {
      // No COMMIT of ours can exist yet, so the bytes may go before the ledger has heard of it.
      const { state: next, effects } = discard(state, why)
      return go(next, { type: 'submit-abort', migration: state.migration }, ...effects)
    }
    // Installed: what fails now is a line that is not needed any more.
    case 'waiting':
    case 'committing':
    case 'discarding':
    case 'done':
      return stay(state)
  }
}

function onTick(state: Destination, nowMs: number): DestinationStep {
  if (!('migration' in state) || state.phase === 'discarding') return stay(state)
  const effects: DestinationEffect[] = []
  let { toldRequesterMs, toldLedgerMs } = state
  if (nowMs - toldRequesterMs >= HEARTBEAT_MS) {
    toldRequesterMs = nowMs
    effects.push({ type: 'send-heartbeat' })
  }
  if (nowMs - toldLedgerMs >= LEDGER_HEARTBEAT_MS) {
    toldLedgerMs = nowMs
    const { migration } = state
    effects.push(
      state.phase === 'committing' ? commit(state) : { type: 'submit-heartbeat', migration }
    )
  }
  const told = { ...state, toldRequesterMs, toldLedgerMs }
  return told.phase === 'waiting' ? askAgain(told, effects, nowMs) : { state: told, effects }
}

/** Counted from the first tick of a run, so that the journal of a former one says nothing about now. */
function askAgain(
  state: Waiting,
  effects: readonly DestinationEffect[],
  nowMs: number
): DestinationStep {
  const originAskedMs = state.originAskedMs ?? nowMs
  if (state.isOriginAsked || nowMs - originAskedMs < ORIGIN_AGAIN_MS) {
    return { state: { ...state, originAskedMs }, effects }
  }
  const { migration } = state
  const asking = { ...state, originAskedMs: nowMs, isOriginAsked: true }
  return go(asking, ...effects, { type: 'ask-origin', migration })
}

function discard(state: OpenMove, why: string): DestinationStep {
  return go({ phase: 'discarding', ...moveOf(state), why }, { type: 'discard' })
}

/** What all phases know, without what the present one knows besides. */
function moveOf({ self, req, toldRequesterMs, toldLedgerMs, migration }: OpenMove): OpenMove {
  return { self, req, toldRequesterMs, toldLedgerMs, migration }
}

/** Before anything was pulled there is nothing to remove and nothing to forget. */
function refuse(state: Move, verdict: Verdict): DestinationStep {
  const why = verdict.kind === 'closed' ? verdict.why : 'this machine has already arrived'
  const { state: done, effects } = finish(state, verdict.kind === 'mine' ? 'SUCCESS' : 'FAIL', why)
  return { state: done, effects: effects.filter(effect => effect.type !== 'forget') }
}

function finish(state: Move, outcome: Resp['outcome'], why: string | null): DestinationStep {
  const { self, req, toldRequesterMs, toldLedgerMs } = state
  const version = outcome === 'SUCCESS' ? req.version + 1 : req.version
  const resp: Resp = { verb: 'RESP', machine: req.machine, version, outcome }
  return go(
    { phase: 'done', self, req, toldRequesterMs, toldLedgerMs, resp, why },
    { type: 'forget' },
    { type: 'send-resp', resp }
  )
}

function closed(why: string): Verdict {
  return { kind: 'closed', why }
}

function go(state: Destination, ...effects: readonly DestinationEffect[]): DestinationStep {
  return { state, effects }
}

function stay(state: Destination): DestinationStep {
  return { state, effects: [] }
}
