/**
 * What a QEMU that outlived its node is to be taken for. The guest's own word for its state and what lies in
 * its folder decide together, because a node can die between any two steps of a suspend or a resume.
 */
export type MemoryState =
  /** No saved memory. */
  | 'none'
  /** Saved and not used up. */
  | 'saved'
  /** Renamed for `go`: the guest that was loaded from it may have run since. */
  | 'going'

export type Judgement =
  | { readonly take: 'running' }
  | { readonly take: 'held' }
  /** A suspend that was cut off before its memory was complete: the guest goes on. */
  | { readonly take: 'continue' }
  /** Its work is done or cannot be finished: quit, and what lies in the folder counts. */
  | { readonly take: 'quit' }

export function judgeFound(runState: string, memory: MemoryState): Judgement {
  switch (runState) {
    case 'prelaunch':
    case 'paused':
      // Held in mid-run, or by a suspend that was cut off: whether it may run on is the ledger's to say.
      return { take: 'held' }
    case 'finish-migrate':
    case 'save-vm':
      return { take: 'continue' }
    case 'postmigrate':
      return memory === 'saved' ? { take: 'quit' } : { take: 'continue' }
    case 'inmigrate':
    case 'shutdown':
      return { take: 'quit' }
    default:
      return { take: 'running' }
  }
}
