/**
 * Agreement of a set of one: the development network's coordinator. Its own vote is a quorum, so a block is
 * final as soon as it is on disk.
 *
 *            transactions wait, something is due, or the idle tick has passed
 *     ┌──────┐ ── build, sign, persist ─────────────────────────> ┌────────┐
 *     │ idle │                                                    │ saving │
 *     └──────┘ <──────────────────── persisted: final, new tip ── └────────┘
 *
 * While saving, transactions gather for the next block; nothing is built on a block that is not on disk, so at
 * each height one block at most is ever shown to anybody.
 */
import { nextDueAtMs } from '../billing/index.ts'
import {
  type BuiltBlock,
  buildBlock,
  type ChainContext,
  hasEnded,
  membersOf,
  type Tip,
  tipAfter
} from '../chain/index.ts'
import type { Signer } from '../crypto/index.ts'
import type { CertifiedBlock, Hash } from '../records/index.ts'
import { changes } from '../state/index.ts'
import { hashHeader, setHashOf, signFinalize } from '../statements/index.ts'
import type {
  Agreement,
  AgreementEffect,
  AgreementEvent,
  AgreementStep,
  FinalRecord
} from './agreement.ts'
import { IDLE_TICK_MS } from './idle-tick.ts'
import {
  addTransactions,
  dropTransactions,
  EMPTY_POOL,
  type Mempool,
  pruneTransactions,
  takeTransactions
} from './mempool.ts'

export interface SoloOptions {
  readonly signer: Signer
  readonly context: ChainContext
  readonly idleTickMs?: number
}

interface Saving {
  readonly write: number
  readonly record: FinalRecord
  readonly built: BuiltBlock
}

export interface SoloState {
  readonly tip: Tip
  readonly pool: Mempool
  /** null: idle. */
  readonly saving: Saving | null
  /** The last block of the epoch is final. */
  readonly over: boolean
  /** Number of the next `persist`. */
  readonly nextWrite: number
  /** When the timer is set to. */
  readonly timerMs: number
}

export function soloAgreement(options: SoloOptions): Agreement<SoloState> {
  return {
    start(tip, nowMs) {
      checkAlone(tip, options)
      const state = { tip, pool: EMPTY_POOL, saving: null, over: false, nextWrite: 1, timerMs: 0 }
      return proceed(options, state, nowMs)
    },
    step(state, event, nowMs) {
      if (state.over) return { state, effects: [] }
      const { state: after, effects } = take(options, state, event)
      const next = proceed(options, after, nowMs)
      return { state: next.state, effects: [...effects, ...next.effects] }
    }
  }
}

function take(
  options: SoloOptions,
  state: SoloState,
  event: AgreementEvent
): AgreementStep<SoloState> {
  switch (event.type) {
    case 'transactions': {
      const { context } = options
      const added = addTransactions(state.pool, event.transactions, state.tip.state, context)
      return {
        state: { ...state, pool: added.pool },
        effects: [{ type: 'answer', answers: added.answers }]
      }
    }
    case 'persisted':
      return state.saving?.write === event.write
        ? finish(state, state.saving)
        : { state, effects: [] }
    case 'timer':
      // It has rung and is gone: if it came too early, it has to be set again.
      return { state: { ...state, timerMs: 0 }, effects: [] }
    case 'message':
    case 'final-blocks':
      // There are no others, so nobody can have anything to say.
      return { state, effects: [] }
  }
}

function finish(state: SoloState, { record, built }: Saving): AgreementStep<SoloState> {
  const { tip, certified } = record
  const final: AgreementEffect = { type: 'final', certified, tip, outcomes: built.outcomes }
  // A refused `open-account` uses up no nonce, as there is no account: it has to be taken out by its hash.
  const included = new Set(built.outcomes.map(outcome => outcome.hash))
  const waiting = dropTransactions(state.pool, included)
  const pool = pruneTransactions(waiting, tip.state)
  const dropped = vanished(waiting, pool)
  const effects: AgreementEffect[] = [final]
  if (dropped.length > 0) effects.push({ type: 'dropped', transactions: dropped })
  const over = hasEnded(tip)
  const signed = [...pool.waiting.values()].map(waiting => waiting.signed)
  if (over) effects.push({ type: 'epoch-over', waiting: signed })
  return { state: { ...state, tip, pool, saving: null, over }, effects }
}

/** Begins the next block if there is a reason to, and sees to it that the timer rings for the next reason. */
function proceed(options: SoloOptions, state: SoloState, nowMs: number): AgreementStep<SoloState> {
  if (state.saving !== null || state.over) return { state, effects: [] }
  const candidates = takeTransactions(state.pool, state.tip.state)
  const forced = nowMs >= wakeMs(options, state.tip)
  if (candidates.length === 0 && !forced) return sleep(options, state, [])
  const { tip } = state
  // Views begin anew with each epoch.
  const parentView = hasEnded(tip) ? 0 : tip.view
  const { parameters } = tip.state.genesis
  const built = buildBlock(
    tip,
    {
      epoch: tip.state.epoch.epoch,
      view: parentView + 1,
      timeMs: Math.max(tip.state.timeMs + 1, nowMs),
      setHash: setHashOf(membersOf(tip), options.context.crypto),
      parentVotes: parentView === 0 || parameters.election === null ? 0 : 1,
      transactions: candidates.map(waiting => waiting.signed)
    },
    options.context
  )
  const excluded = built.excluded.map(outcome => outcome.hash)
  const pool = dropTransactions(state.pool, new Set(excluded))
  const dropped: AgreementEffect[] =
    excluded.length === 0 ? [] : [{ type: 'dropped', transactions: excluded }]
  if (built.outcomes.length === 0 && !forced) return sleep(options, { ...state, pool }, dropped)
  return save(options, { ...state, pool }, built, dropped)
}

function save(
  options: SoloOptions,
  state: SoloState,
  built: BuiltBlock,
  before: readonly AgreementEffect[]
): AgreementStep<SoloState> {
  const { context } = options
  const record: FinalRecord = {
    type: 'final',
    certified: certify(options, built),
    tip: tipAfter(state.tip, built.block.header, built.state, context.crypto),
    changes: changes(state.tip.state, built.state)
  }
  const write = state.nextWrite
  return {
    state: { ...state, saving: { write, record, built }, nextWrite: write + 1 },
    effects: [...before, { type: 'persist', write, records: [record], log: [], synced: true }]
  }
}

function sleep(
  options: SoloOptions,
  state: SoloState,
  before: readonly AgreementEffect[]
): AgreementStep<SoloState> {
  const atMs = wakeMs(options, state.tip)
  if (atMs === state.timerMs) return { state, effects: before }
  return {
    state: { ...state, timerMs: atMs },
    effects: [...before, { type: 'set-timer', atMs }]
  }
}

/** When a block is wanted even if nobody sends a transaction. */
function wakeMs({ idleTickMs = IDLE_TICK_MS }: SoloOptions, { state }: Tip): number {
  const tickMs = state.timeMs + idleTickMs
  return Math.min(tickMs, nextDueAtMs(state) ?? tickMs)
}

function certify({ signer, context }: SoloOptions, { block }: BuiltBlock): CertifiedBlock {
  const { epoch, view } = block.header
  const subject = { epoch, view, block: hashHeader(block.header, context.crypto) }
  const vote = signFinalize(context.network, subject, signer)
  return { block, certificate: { kind: 'finalize', ...subject, votes: [vote] }, descent: [] }
}

function vanished(before: Mempool, after: Mempool): readonly Hash[] {
  if (before === after) return []
  const kept = new Set([...after.waiting.values()].map(waiting => waiting.hash))
  return [...before.waiting.values()].map(({ hash }) => hash).filter(hash => !kept.has(hash))
}

function checkAlone(tip: Tip, { signer, context }: SoloOptions): void {
  const { state } = tip
  const members = membersOf(tip)
  if (members.length !== 1 || members[0]?.key !== signer.publicKey) {
    throw new Error(`the key ${signer.publicKey} is not the only one of ${members.length} members`)
  }
  if (state.network !== context.network) {
    throw new Error(`the tip is of network ${state.network}, the context of ${context.network}`)
  }
}
