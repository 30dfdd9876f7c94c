import type { OperationView } from '../../../node/client.ts'
import {
  clean,
  formatBytes,
  formatDuration,
  formatFields,
  formatRate,
  formatTime
} from '../../format/index.ts'

export function describeOperation(operation: OperationView): string {
  const { progress, endedAtMs, startedAtMs, error } = operation
  const fields = formatFields([
    ['Operation', operation.id],
    ['Kind', operation.kind],
    ['Machine', operation.machine ?? ''],
    ['State', operation.state],
    ['Started', formatTime(startedAtMs)],
    ['Took', endedAtMs === null ? '' : formatDuration(endedAtMs - startedAtMs)],
    ['Step', operation.step],
    ['Bytes', progress === null ? '' : describeBytes(progress)],
    ['Error', error === null ? '' : `${error.message} (${error.code})`],
    ['Cure', error?.hint ?? '']
  ])
  const steps = operation.trail.map(
    ({ step, atMs }) => `  ${formatDuration(atMs - startedAtMs)}  ${clean(step)}`
  )
  return [fields, ...(steps.length === 0 ? [] : ['Steps', ...steps])].join('\n')
}

function describeBytes(progress: NonNullable<OperationView['progress']>): string {
  const { bytesDone, bytesTotal, bytesReused, bytesSent, rate, etaMs } = progress
  const came = `${formatBytes(bytesReused)} reused, ${formatBytes(bytesSent)} sent`
  const left = etaMs === null ? '' : `, ETA ${formatDuration(etaMs)}`
  return `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)} (${came}), ${formatRate(rate)}${left}`
}
