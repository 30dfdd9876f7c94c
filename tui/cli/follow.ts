import type { OperationView } from '../../node/client.ts'
import { formatBytes, formatDuration, formatId, formatRate } from '../format/index.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'

/**
 * Waits for the end of an operation: one live line on a terminal, a line a step in a pipe, all on stderr.
 * Rejects with the operation's own error when it failed.
 */
export async function followOperation(
  context: Context,
  started: OperationView
): Promise<OperationView> {
  const client = await context.client()
  const interrupt = new AbortController()
  const stopListening = context.world.onInterrupt(() => interrupt.abort(interrupted(started)))
  const show = progressPrinter(context)
  show(started)
  try {
    const signal = AbortSignal.any([context.signal, interrupt.signal])
    const ended = await Promise.race([
      client.watchOperation(started.id, show, signal),
      rejectedBy(interrupt.signal)
    ])
    return refuseUnlessDone(ended)
  } finally {
    stopListening()
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Failure), { once: true })
  })
}

function interrupted(operation: OperationView): Failure {
  return new Failure({
    code: 'INTERRUPTED',
    class: 'failed',
    message: `stopped waiting; the ${operation.kind} goes on in the node`,
    hint: `virtuoso operation watch ${formatId(operation.id)}, or cancel ${formatId(operation.id)}`
  })
}

function refuseUnlessDone(operation: OperationView): OperationView {
  if (operation.state === 'succeeded') return operation
  throw new Failure(
    operation.error ?? {
      code: operation.state === 'cancelled' ? 'CANCELLED' : 'FAILED',
      class: 'failed',
      message: `the ${operation.kind} was ${operation.state === 'cancelled' ? 'cancelled' : 'not done'} while: ${operation.step}`,
      hint: `virtuoso operation show ${formatId(operation.id)}`
    }
  )
}

function progressPrinter(context: Context): (operation: OperationView) => void {
  const { output } = context
  if (output.live) return operation => output.progress(describeProgress(operation))
  let printed = 0
  return operation => {
    for (const { step, atMs } of operation.trail.slice(printed)) {
      output.note(`${operation.kind}: ${step} (${formatDuration(atMs - operation.startedAtMs)})`)
    }
    printed = Math.max(printed, operation.trail.length)
  }
}

/** `move 42 %  310 MiB of 738 MiB  52 MiB/s  ETA 8.2 s  copying the disk`. */
export function describeProgress(operation: OperationView): string {
  const { progress } = operation
  if (progress === null) return `${operation.kind}  ${operation.step}`
  const { bytesDone, bytesTotal, bytesReused, rate, etaMs } = progress
  const percent = bytesTotal === 0 ? 100 : Math.floor((bytesDone / bytesTotal) * 100)
  return [
    `${operation.kind} ${percent} %`,
    `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    ...(bytesReused === 0 ? [] : [`${formatBytes(bytesReused)} reused`]),
    formatRate(rate),
    ...(etaMs === null ? [] : [`ETA ${formatDuration(etaMs)}`]),
    operation.step
  ].join('  ')
}
