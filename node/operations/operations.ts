import { randomBytes } from 'node:crypto'
import { ApiError, type OperationKind, type OperationView } from '../api/index.ts'
import type { Alarms, Clock } from '../clock.ts'
import type { RecordStore } from '../store/index.ts'
import {
  advance,
  type ByteCounts,
  begin,
  end,
  enterStep,
  type Live,
  type Outcome,
  viewAt
} from './live.ts'

/**
 * Long work that outlives the client that asked for it.
 *
 *     start --> running --run resolves--> succeeded
 *                 |  \--run rejects-----> failed
 *                 |  \--deadline--------> failed (OPERATION_TIMEOUT), once run has let go
 *                 |  \--cancel----------> cancelled, once run has let go
 *                 \--node restarted-----> failed (NODE_RESTARTED), at the next open
 *
 * A run that finishes its work in spite of a cancel has succeeded: the record says what happened.
 */
export interface Operations {
  /** Resolves when the operation is on disk and under way. */
  start(wanted: OperationRequest): Promise<OperationView>
  /** By id or by an unambiguous beginning of one, at least four characters. */
  find(id: string): OperationView | undefined
  /** Newest first. */
  list(): OperationView[]
  /** Id of the operation under way on a machine. */
  runningOn(machine: string): string | null
  /** Asks it to stop; the state changes when it has. Throws OPERATION_UNKNOWN or OPERATION_ENDED. */
  cancel(id: string): OperationView
  /** Called with each change; returns the unsubscribe. */
  subscribe(listener: (operation: OperationView) => void): () => void
  /** Stops everything under way and waits for it. */
  close(): Promise<void>
}

export interface OperationRequest {
  readonly kind: OperationKind
  /** UUID. */
  readonly machine: string | null
  readonly owner: string
  /** After so long the signal aborts; null: never. */
  readonly patienceMs: number | null
  readonly run: (context: OperationContext) => Promise<unknown>
}

/** What the work is given to tell how it goes. */
export interface OperationContext {
  readonly id: string
  /** Aborts with an `ApiError` at cancel, deadline and shutdown. */
  readonly signal: AbortSignal
  readonly step: (text: string) => void
  readonly progress: (bytes: ByteCounts) => void
}

export interface OperationsOptions {
  readonly records: RecordStore<OperationView>
  readonly clock: Clock
  readonly alarms: Alarms
  /** Turns the node's own error classes into refusals; undefined for what it does not know. */
  readonly explain?: (error: unknown) => ApiError | undefined
  /** Told when the disk refuses an update of an operation under way. */
  readonly onError?: (error: unknown) => void
  /** Ended operations kept; default `OPERATIONS_KEPT`. */
  readonly kept?: number
}

export const OPERATIONS_KEPT = 200
/** Each holds machines, sockets or disk: beyond this the owner's script is in a loop. */
export const OPERATIONS_RUNNING_MAX = 64
/** A block of a copy is 16 KiB: without a pause each would be an event of its own. */
export const PROGRESS_PAUSE_MS = 200
const PREFIX_CHARACTERS_MIN = 4

export async function openOperations(options: OperationsOptions): Promise<Operations> {
  const registry = new Registry(options)
  await registry.open()
  return registry
}

interface Running {
  live: Live
  readonly stop: AbortController
  readonly callOff: () => void
  /** Its run is over: what a stray part of it still says must not bring the record back. */
  over: boolean
  announcedAtMs: number
  /** Writes of one operation follow each other: level may overtake itself otherwise. */
  written: Promise<void>
  finished: Promise<void>
}

class Registry implements Operations {
  readonly #options: OperationsOptions
  readonly #running = new Map<string, Running>()
  /** Oldest first. */
  readonly #ended = new Map<string, OperationView>()
  readonly #listeners = new Set<(operation: OperationView) => void>()
  #closing = false

  constructor(options: OperationsOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    const found: OperationView[] = []
    for await (const [, view] of this.#options.records.entries()) found.push(view)
    found.sort((a, b) => a.startedAtMs - b.startedAtMs)
    for (const view of found) {
      const settled = view.state === 'running' ? interrupted(view, this.#nowMs()) : view
      if (settled !== view) await this.#options.records.put(view.id, settled)
      this.#ended.set(view.id, settled)
    }
    await this.#forgetOldest()
  }

  async start(wanted: OperationRequest): Promise<OperationView> {
    if (this.#closing) throw stopping()
    if (this.#running.size >= OPERATIONS_RUNNING_MAX) {
      throw ApiError.of(
        'OPERATIONS_BUSY',
        `${this.#running.size} operations are under way; at most ${OPERATIONS_RUNNING_MAX} may be`,
        'wait for one to end: virtuoso operation list'
      )
    }
    const { kind, machine, owner, patienceMs } = wanted
    const nowMs = this.#nowMs()
    const id = randomBytes(6).toString('hex')
    const deadlineMs = patienceMs === null ? null : nowMs + patienceMs
    const live = begin({ id, kind, machine, owner, deadlineMs }, nowMs)
    const running = this.#enter(live, patienceMs)
    try {
      await this.#options.records.put(id, live.view)
    } catch (error) {
      running.callOff()
      this.#running.delete(id)
      throw error
    }
    running.finished = this.#carryOut(running, wanted.run)
    this.#announce(running)
    return live.view
  }

  find(id: string): OperationView | undefined {
    const running = this.#running.get(id)
    if (running !== undefined) return viewAt(running.live, this.#nowMs())
    const ended = this.#ended.get(id)
    if (ended !== undefined || id.length < PREFIX_CHARACTERS_MIN) return ended
    const matches = this.list().filter(view => view.id.startsWith(id))
    return matches.length === 1 ? matches[0] : undefined
  }

  list(): OperationView[] {
    const running = [...this.#running.values()].map(({ live }) => viewAt(live, this.#nowMs()))
    return [...running, ...this.#ended.values()].sort((a, b) => b.startedAtMs - a.startedAtMs)
  }

  runningOn(machine: string): string | null {
    for (const [id, { live }] of this.#running) if (live.view.machine === machine) return id
    return null
  }

  cancel(id: string): OperationView {
    const view = this.find(id)
    if (view === undefined) {
      throw ApiError.of(
        'OPERATION_UNKNOWN',
        `there is no operation ${id}`,
        'see those that are kept: virtuoso operation list'
      )
    }
    const running = this.#running.get(view.id)
    if (running === undefined) {
      throw ApiError.of('OPERATION_ENDED', `operation ${view.id} has ended already: ${view.state}`)
    }
    running.stop.abort(ApiError.of('OPERATION_CANCELLED', 'it was cancelled by its owner'))
    return viewAt(running.live, this.#nowMs())
  }

  subscribe(listener: (operation: OperationView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closing = true
    const all = [...this.#running.values()]
    for (const { stop } of all) stop.abort(stopping())
    await Promise.all(all.map(({ finished }) => finished))
    this.#listeners.clear()
  }

  #enter(live: Live, patienceMs: number | null): Running {
    const stop = new AbortController()
    const expire = (): void =>
      stop.abort(
        ApiError.of('OPERATION_TIMEOUT', `it did not end within ${(patienceMs ?? 0) / 1000} s`)
      )
    const callOff =
      patienceMs === null ? () => undefined : this.#options.alarms.after(patienceMs, expire)
    const running: Running = {
      live,
      stop,
      callOff,
      over: false,
      announcedAtMs: this.#nowMs(),
      written: Promise.resolve(),
      finished: Promise.resolve()
    }
    this.#running.set(live.view.id, running)
    return running
  }

  async #carryOut(running: Running, run: OperationRequest['run']): Promise<void> {
    const outcome = await this.#outcomeOf(running, run)
    running.callOff()
    running.over = true
    const view = end(running.live, outcome, this.#nowMs())
    await running.written
    try {
      await this.#options.records.put(view.id, view)
    } catch (error) {
      this.#options.onError?.(error)
    }
    this.#running.delete(view.id)
    this.#ended.set(view.id, view)
    for (const listener of this.#listeners) listener(view)
    await this.#forgetOldest().catch((error: unknown) => this.#options.onError?.(error))
  }

  async #outcomeOf(running: Running, run: OperationRequest['run']): Promise<Outcome> {
    try {
      await run({
        id: running.live.view.id,
        signal: running.stop.signal,
        step: text => this.#onStep(running, text),
        progress: bytes => this.#onProgress(running, bytes)
      })
      return { state: 'succeeded' }
    } catch (error) {
      const { signal } = running.stop
      const reason: unknown = signal.aborted ? signal.reason : error
      const refusal = this.#explain(reason)
      const state = refusal.code === 'OPERATION_CANCELLED' ? 'cancelled' : 'failed'
      return { state, error: refusal.body() }
    }
  }

  #onStep(running: Running, text: string): void {
    if (running.over) return
    running.live = enterStep(running.live, text, this.#nowMs())
    this.#announce(running)
    const { view } = running.live
    running.written = running.written
      // Not synced: after a crash the operation has failed, whatever its last step was.
      .then(() => this.#options.records.write([{ key: view.id, value: view }], { sync: false }))
      .catch((error: unknown) => this.#options.onError?.(error))
  }

  #onProgress(running: Running, bytes: ByteCounts): void {
    if (running.over) return
    running.live = advance(running.live, bytes, this.#nowMs())
    const silentForMs = this.#nowMs() - running.announcedAtMs
    if (silentForMs >= PROGRESS_PAUSE_MS || bytes.bytesDone >= bytes.bytesTotal)
      this.#announce(running)
  }

  #announce(running: Running): void {
    const nowMs = this.#nowMs()
    running.announcedAtMs = nowMs
    const view = viewAt(running.live, nowMs)
    for (const listener of this.#listeners) listener(view)
  }

  #explain(error: unknown): ApiError {
    if (error instanceof ApiError) return error
    const explained = this.#options.explain?.(error)
    if (explained !== undefined) return explained
    const message = error instanceof Error ? error.message : String(error)
    return ApiError.of('INTERNAL', message, 'look at the node log', error)
  }

  async #forgetOldest(): Promise<void> {
    const surplus = this.#ended.size - (this.#options.kept ?? OPERATIONS_KEPT)
    if (surplus <= 0) return
    const oldest = [...this.#ended.keys()].slice(0, surplus)
    for (const id of oldest) this.#ended.delete(id)
    await this.#options.records.write(oldest.map(key => ({ key, value: null })))
  }

  #nowMs(): number {
    return this.#options.clock.nowMs()
  }
}

function interrupted(view: OperationView, nowMs: number): OperationView {
  const error = ApiError.of(
    'NODE_RESTARTED',
    `the node was restarted during "${view.step}"`,
    view.machine === null
      ? 'ask for it again'
      : `virtuoso machine show ${view.machine} says where it stands`
  )
  return { ...view, state: 'failed', endedAtMs: nowMs, error: error.body() }
}

function stopping(): ApiError {
  return ApiError.of('NODE_STOPPING', 'the node is stopping', 'start it again: virtuoso node run')
}
