import type { Duplex } from 'node:stream'
import type { EventView, Input, Method, Output } from './api.ts'
import { ApiError } from './api-error.ts'
import { type Asked, ask, connectionError, readAnswer } from './connection.ts'
import { readJsonLines } from './json-lines.ts'
import type { OperationView } from './operation.ts'

/** Every method answers at once or starts an operation; a node silent for so long is in trouble. */
export const CALL_TIMEOUT_MS = 30_000

export type ConsoleKind = 'serial' | 'vnc'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Default `CALL_TIMEOUT_MS`. */
  readonly timeoutMs?: number | undefined
}

/** A node, seen from another process. Every failure is an `ApiError`. */
export interface NodeClient {
  /** The data directory of the node. */
  readonly dir: string
  call<M extends Method>(method: M, input: Input<M>, options?: CallOptions): Promise<Output<M>>
  /** Calls `onUpdate` with the operation now and at every change; resolves with its end. */
  watchOperation(
    id: string,
    onUpdate: (operation: OperationView) => void,
    signal?: AbortSignal
  ): Promise<OperationView>
  /** Calls `onEvent` with every event from sequence number `from` on; resolves when `signal` aborts. */
  events(from: number, onEvent: (event: EventView) => void, signal: AbortSignal): Promise<void>
  /** Raw bytes of a machine's serial port or display. The caller destroys the stream. */
  console(machine: string, kind: ConsoleKind): Promise<Duplex>
}

/** Does not open anything yet: each call finds the node by itself, so a restarted node is found again. */
export function connect(options: { readonly dir: string }): NodeClient {
  const { dir } = options
  return {
    dir,
    call: (method, input, callOptions) => call(dir, method, input, callOptions ?? {}),
    watchOperation: (id, onUpdate, signal) => watchOperation(dir, id, onUpdate, signal),
    events: (from, onEvent, signal) => followEvents(dir, from, onEvent, signal),
    console: (machine, kind) => openConsole(dir, machine, kind)
  }
}

async function call<M extends Method>(
  dir: string,
  method: M,
  input: Input<M>,
  options: CallOptions
): Promise<Output<M>> {
  const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS
  const stop = new AbortController()
  const cancel = (): void => stop.abort(options.signal?.reason)
  if (options.signal?.aborted === true) cancel()
  options.signal?.addEventListener('abort', cancel)
  const timer = setTimeout(() => {
    stop.abort(
      ApiError.of(
        'CALL_TIMEOUT',
        `the node did not answer ${method} within ${timeoutMs / 1000} s`,
        'it may be busy: try again, or give a longer --timeout'
      )
    )
  }, timeoutMs)
  const asked: Asked = {
    dir,
    method: 'POST',
    path: `/v1/${method}`,
    body: JSON.stringify(input),
    signal: stop.signal
  }
  try {
    return (await answerTo(asked)) as Output<M>
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', cancel)
  }
}

async function answerTo(asked: Asked): Promise<unknown> {
  const answer = await ask(asked)
  if (answer.kind === 'upgrade') {
    answer.stream.destroy()
    throw ApiError.of('ANSWER_MALFORMED', 'the node answered a call with a raw stream')
  }
  try {
    return await readAnswer(answer.response)
  } catch (cause) {
    throw connectionError(asked, cause)
  }
}

async function* follow(asked: Asked): AsyncGenerator<unknown> {
  const answer = await ask(asked)
  if (answer.kind === 'upgrade') {
    answer.stream.destroy()
    throw ApiError.of('ANSWER_MALFORMED', 'the node answered a stream of lines with raw bytes')
  }
  try {
    if (answer.response.statusCode !== 200) await readAnswer(answer.response)
    yield* readJsonLines(answer.response)
  } catch (cause) {
    throw connectionError(asked, cause)
  } finally {
    answer.response.destroy()
  }
}

async function watchOperation(
  dir: string,
  id: string,
  onUpdate: (operation: OperationView) => void,
  signal: AbortSignal | undefined
): Promise<OperationView> {
  const path = `/v1/operations/${encodeURIComponent(id)}/watch`
  for await (const line of follow({ dir, method: 'GET', path, signal })) {
    const operation = line as OperationView
    onUpdate(operation)
    if (operation.state !== 'running') return operation
  }
  throw ApiError.of(
    'NODE_UNREACHABLE',
    `the node went away while operation ${id} was running`,
    `the operation is kept: virtuoso operation show ${id}`
  )
}

async function followEvents(
  dir: string,
  from: number,
  onEvent: (event: EventView) => void,
  signal: AbortSignal
): Promise<void> {
  try {
    for await (const line of follow({
      dir,
      method: 'GET',
      path: `/v1/events?from=${from}`,
      signal
    })) {
      onEvent(line as EventView)
    }
  } catch (error) {
    if (signal.aborted) return
    throw error
  }
  if (!signal.aborted) {
    throw ApiError.of(
      'NODE_UNREACHABLE',
      'the node closed the stream of events',
      'see whether it still runs: virtuoso node status'
    )
  }
}

async function openConsole(dir: string, machine: string, kind: ConsoleKind): Promise<Duplex> {
  const path = `/v1/machines/${encodeURIComponent(machine)}/console?kind=${kind}`
  const asked: Asked = { dir, method: 'GET', path, upgrade: true }
  const answer = await ask(asked)
  if (answer.kind === 'upgrade') return answer.stream
  await readAnswer(answer.response)
  throw ApiError.of('ANSWER_MALFORMED', 'the node answered the console request without a stream')
}
