import type { OperationView } from '../port.ts'
import type { Frame, Tone } from '../screen/index.ts'
import { bytesText, durationText } from '../state/index.ts'

/** How much is done, 0 to 1, or null when nobody can tell. */
export function fractionOf(operation: OperationView): number | null {
  const { progress } = operation
  if (progress === null || progress.bytesTotal <= 0) return null
  return Math.max(0, Math.min(1, progress.bytesDone / progress.bytesTotal))
}

/** `[####------]` drawn so that it reads without colours. */
export function putBar(frame: Frame, x: number, y: number, width: number, fraction: number): void {
  if (width <= 0) return
  const done = Math.round(width * fraction)
  frame.put(x, y, '█'.repeat(done), 'bar')
  frame.put(x + done, y, '░'.repeat(width - done), 'barRest')
}

/** `42 %  12 MiB/s  8 s left`. */
export function progressText(operation: OperationView): string {
  const { progress } = operation
  const fraction = fractionOf(operation)
  if (progress === null || fraction === null) return operation.step
  const left = progress.etaMs === null ? '' : `  ${durationText(progress.etaMs)} left`
  const reused = progress.bytesReused === 0 ? '' : `  ${bytesText(progress.bytesReused)} reused`
  const done = `${bytesText(progress.bytesDone)} of ${bytesText(progress.bytesTotal)}${reused}`
  return `${Math.floor(fraction * 100)} %  ${done}  ${bytesText(progress.rate)}/s${left}`
}

export function stateTone(state: string): Tone {
  if (state === 'started' || state === 'running') return 'good'
  if (state === 'migrating') return 'warn'
  return state === 'registered' ? 'dim' : 'plain'
}
