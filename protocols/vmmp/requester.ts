/**
 * The owner's side of a move (2004: the migration agent). It judges nothing about the outcome: the ledger
 * does, and may have done so long before a RESP arrives or although none ever does.
 *
 *   asking --RESULTS--> offered --choose--> opening --opened--> moving --RESP FAIL, 30 s of silence--> aborting
 *      | silence           | (no methods)      | refused           | ledger: committed | back                |
 *      v                   v                   v                   v                                         |
 *      +-----------------> over <--------------+-------------------+<----------------------------------------+
 *
 * HEARTBEATs keep it in `moving`; while none comes the REQ is repeated, which attaches this requester (again) to the
 * move under way, or begins it at a destination that died before it had written anything down. A requester that was
 * restarted starts in `moving` from what the ledger holds.
 */
import type { MachineRecord, MigrationRecord, Uuid } from '../../ledger/index.ts'
import type { NodeAddress, VmmpMessage } from './message.ts'

/** The destination sends a HEARTBEAT every 5 s: six lost in a row are a silence. */
export const SILENCE_MS: number = 30_000
/** Two HEARTBEATs are missing: the line may have broken. */
export const REQ_AGAIN_MS: number = 10_000

export interface MoveRequest {
  readonly machine: Uuid
  /** The version that is to leave the origin. */
  readonly version: number
  readonly origin: NodeAddress
  readonly requester: NodeAddress
}

export type MoveEnd =
  | { readonly kind: 'moved'; readonly version: number }
  /** The machine is where it was; the sentence says why. */
  | { readonly kind: 'not-moved'; readonly why: string }

export type Requester =
  | { readonly phase: 'asking'; readonly move: MoveRequest; readonly sinceMs: number }
  | { readonly phase: 'offered'; readonly move: MoveRequest; readonly methods: readonly string[] }
  | { readonly phase: 'opening'; readonly move: MoveRequest; readonly method: string }
  | {
      readonly phase: 'moving'
      readonly move: MoveRequest
      readonly method: string
      readonly heardMs: number
      /** When the REQ was sent last. */
      readonly askedMs: number
    }
  | { readonly phase: 'aborting'; readonly move: MoveRequest; readonly why: string }
  | { readonly phase: 'over'; readonly move: MoveRequest; readonly end: MoveEnd }

export type RequesterEvent =
  | { readonly type: 'message'; readonly message: VmmpMessage; readonly nowMs: number }
  | { readonly type: 'choose'; readonly method: string }
  /** OPEN is final on the ledger. */
  | { readonly type: 'opened'; readonly nowMs: number }
  | { readonly type: 'open-refused'; readonly why: string }
  | { readonly type: 'tick'; readonly nowMs: number }
  /** What the ledger holds of the machine, whenever it has changed. */
  | {
      readonly type: 'ledger'
      readonly machine: MachineRecord | undefined
      readonly migration: MigrationRecord | undefined
    }

export type RequesterEffect =
  | { readonly type: 'send'; readonly message: VmmpMessage }
  /** Get the destination's acceptance and bring OPEN to the ledger. */
  | { readonly type: 'open'; readonly method: string }
  | { readonly type: 'submit-abort' }
  | { readonly type: 'tell'; readonly end: MoveEnd }

export interface RequesterStep {
  readonly state: Requester
  readonly effects: readonly RequesterEffect[]
}

export function startRequester(move: MoveRequest, nowMs: number): RequesterStep {
  return {
    state: { phase: 'asking', move, sinceMs: nowMs },
    effects: [{ type: 'send', message: { verb: 'QUERY', machine: move.machine } }]
  }
}

/** After a restart, for a move that the ledger holds open. */
export function recoverRequester(move: MoveRequest, method: string, nowMs: number): RequesterStep {
  return begin(move, method, nowMs)
}

export function stepRequester(state: Requester, event: RequesterEvent): RequesterStep {
  switch (event.type) {
    case 'message':
      return onMessage(state, event.message, event.nowMs)
    case 'choose':
      return onChoose(state, event.method)
    case 'opened':
      return state.phase === 'opening' ? begin(state.move, state.method, event.nowMs) : stay(state)
    case 'open-refused':
      return state.phase === 'opening' ? notMoved(state.move, event.why) : stay(state)
    case 'tick':
      return onTick(state, event.nowMs)
    case 'ledger':
      return onLedger(state, event.machine, event.migration)
  }
}

function onMessage(state: Requester, message: VmmpMessage, nowMs: number): RequesterStep {
  if (message.machine !== state.move.machine) return stay(state)
  if (state.phase === 'asking' && message.verb === 'RESULTS') {
    if (message.methods.length === 0) {
      return notMoved(state.move, 'the destination can receive this machine by no method')
    }
    const { move } = state
    return { state: { phase: 'offered', move, methods: message.methods }, effects: [] }
  }
  if (state.phase !== 'moving') return stay(state)
  if (message.verb === 'HEARTBEAT') return stay({ ...state, heardMs: nowMs })
  if (message.verb !== 'RESP') return stay(state)
  // SUCCESS is a word; the ledger's record, which is on its way to us, is what counts.
  if (message.outcome === 'SUCCESS') return stay({ ...state, heardMs: nowMs })
  return abort(state.move, 'the destination gave up the move')
}

function onChoose(state: Requester, method: string): RequesterStep {
  if (state.phase !== 'offered') return stay(state)
  if (!state.methods.includes(method)) {
    const methods = state.methods.join(', ')
    return notMoved(state.move, `the destination does not offer ${method}, only ${methods}`)
  }
  return {
    state: { phase: 'opening', move: state.move, method },
    effects: [{ type: 'open', method }]
  }
}

function onTick(state: Requester, nowMs: number): RequesterStep {
  if (state.phase === 'asking' && nowMs - state.sinceMs >= SILENCE_MS) {
    return notMoved(state.move, `the destination did not answer within ${SILENCE_MS / 1000} s`)
  }
  if (state.phase === 'moving' && nowMs - state.heardMs >= SILENCE_MS) {
    return abort(state.move, `nothing was heard of the destination for ${SILENCE_MS / 1000} s`)
  }
  const quietSinceMs = state.phase === 'moving' ? Math.max(state.heardMs, state.askedMs) : nowMs
  if (state.phase === 'moving' && nowMs - quietSinceMs >= REQ_AGAIN_MS) {
    return { state: { ...state, askedMs: nowMs }, effects: [sendReq(state.move, state.method)] }
  }
  return stay(state)
}

function onLedger(
  state: Requester,
  machine: MachineRecord | undefined,
  migration: MigrationRecord | undefined
): RequesterStep {
  if (state.phase !== 'moving' && state.phase !== 'aborting') return stay(state)
  const { move } = state
  if (migration !== undefined && migration.version === move.version) return stay(state)
  if (machine !== undefined && machine.version > move.version) {
    return over(move, { kind: 'moved', version: machine.version })
  }
  const why = state.phase === 'aborting' ? state.why : 'the move ran out of time on the ledger'
  return notMoved(move, why)
}

function begin(move: MoveRequest, method: string, nowMs: number): RequesterStep {
  return {
    state: { phase: 'moving', move, method, heardMs: nowMs, askedMs: nowMs },
    effects: [sendReq(move, method)]
  }
}

function sendReq(move: MoveRequest, method: string): RequesterEffect {
  return { type: 'send', message: { verb: 'REQ', ...move, method } }
}

function abort(move: MoveRequest, why: string): RequesterStep {
  return { state: { phase: 'aborting', move, why }, effects: [{ type: 'submit-abort' }] }
}

function notMoved(move: MoveRequest, why: string): RequesterStep {
  return over(move, { kind: 'not-moved', why })
}

function over(move: MoveRequest, end: MoveEnd): RequesterStep {
  return { state: { phase: 'over', move, end }, effects: [{ type: 'tell', end }] }
}

function stay(state: Requester): RequesterStep {
  return { state, effects: [] }
}
