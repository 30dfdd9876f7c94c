/** Work that takes its time, and how the API says that something failed. */

export type OperationKind =
  | 'store'
  | 'start'
  | 'stop'
  | 'suspend'
  | 'resume'
  | 'move'
  | 'delete'
  | 'host-add'

export interface OperationView {
  id: string
  kind: OperationKind
  machine: string | null
  owner: string
  state: 'running' | 'succeeded' | 'failed' | 'cancelled'
  startedAtMs: number
  endedAtMs: number | null
  deadlineMs: number | null
  /** What is being done now, in words: "waiting for the confirmation to be final". */
  step: string
  progress: {
    bytesDone: number
    bytesTotal: number
    /** of bytesDone: what was at the destination already, and zeros */
    bytesReused: number
    /** what travelled, packed or not */
    bytesSent: number
    /** bytes that came per second, over the last seconds */
    rate: number
    etaMs: number | null
  } | null
  error: ApiErrorBody | null
  /** Steps done so far with their duration. */
  trail: { step: string; atMs: number }[]
}

/** Exit codes of interface.md: failed 1, usage 2, not-found 3, denied or funds 4, unreachable 5, timeout 6. */
export type ErrorClass = 'failed' | 'usage' | 'not-found' | 'denied' | 'unreachable' | 'timeout'

export interface ApiErrorBody {
  code: string
  class: ErrorClass
  message: string
  /** What to do about it. */
  hint: string | null
}
