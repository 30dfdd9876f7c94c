import {
  decodeLogRecord,
  EncodingError,
  encodeLogRecord,
  type LogRecord,
  neededRecords,
  type Tip
} from '../../ledger/index.ts'
import { openWal, type Wal } from '../wal/index.ts'

/** What a coordinator has signed and may not contradict. */
export interface VoteLog {
  /** What was read back at the start and written since, and is still needed; oldest first. */
  readonly kept: readonly LogRecord[]
  /** Written when it resolves, and on disk if `synced`; a failure is for ever, and the node must end. */
  append(records: readonly LogRecord[], synced: boolean): Promise<void>
  /**
   * `tip` is stored: what only an older one needs may be forgotten, once `syncTip` has seen to it that a power cut does
   * not bring the older one back.
   */
  forgetBelow(tip: Tip, syncTip: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export type OpenedVoteLog =
  | { readonly kind: 'open'; readonly log: VoteLog }
  /** Whoever does not know what it has signed does not sign. */
  | { readonly kind: 'corrupt'; readonly message: string }

/** A log of this many bytes is cut down to what is still needed: a start reads it whole. */
const CUT_BYTES = 8 * 1024 * 1024

export async function openVoteLog(path: string): Promise<OpenedVoteLog> {
  const opened = await openWal(path)
  if (opened.kind === 'corrupt') return opened
  try {
    const recovered = opened.entries.map(decodeLogRecord)
    return { kind: 'open', log: new FileVoteLog(opened.wal, recovered) }
  } catch (error) {
    await opened.wal.close()
    if (!(error instanceof EncodingError)) throw error
    return { kind: 'corrupt', message: `the log ${path} holds no votes: ${error.message}` }
  }
}

class FileVoteLog implements VoteLog {
  readonly #wal: Wal
  #kept: readonly LogRecord[]
  #cutBytes: number = CUT_BYTES

  constructor(wal: Wal, recovered: readonly LogRecord[]) {
    this.#wal = wal
    this.#kept = recovered
  }

  get kept(): readonly LogRecord[] {
    return this.#kept
  }

  append(records: readonly LogRecord[], synced: boolean): Promise<void> {
    this.#kept = [...this.#kept, ...records]
    return this.#wal.append(records.map(encodeLogRecord), synced)
  }

  async forgetBelow(tip: Tip, syncTip: () => Promise<void>): Promise<void> {
    this.#kept = neededRecords(this.#kept, tip)
    if (this.#wal.bytes() < this.#cutBytes) return
    await syncTip()
    await this.#wal.replace(this.#kept.map(encodeLogRecord))
    // While nothing becomes final everything is needed; it is not written anew with every block then.
    this.#cutBytes = Math.max(CUT_BYTES, 2 * this.#wal.bytes())
  }

  close(): Promise<void> {
    return this.#wal.close()
  }
}
