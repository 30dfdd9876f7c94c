import type { OperationView } from './operation.ts'

export interface MachineHistoryView {
  machine: string
  name: string
  /** One for each change of version, state, content or holder; the oldest first. */
  versions: {
    version: number
    state: string
    /** content root in hex; null before the first seal */
    root: string | null
    holder: { uuid: string; name: string } | null
    height: number
    atMs: number
  }[]
}

/** The 2004 text's `migrationstatus`. */
export interface MigrationStatusView {
  machine: string
  name: string
  state: string
  version: number
  /** The open move on the ledger; null when there is none. */
  migration: {
    origin: string
    destination: string
    openedAtMs: number
    /** Then the machine is back where it was, unless the destination is heard before. */
    deadlineMs: number
  } | null
  /** The newest move begun at this node, with step, bytes, rate and time left. */
  operation: OperationView | null
}
