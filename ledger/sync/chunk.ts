/** A chunk: some neighbouring entries of a state, with the proof that these are all between its two ends. */
import type { Crypto } from '../crypto/index.ts'
import { isBefore, isKey, proveState, readProof, type StateEntry } from '../proofs/index.ts'
import type { Hash } from '../records/index.ts'
import { type LedgerState, stateValueBytes } from '../state/index.ts'
import { entriesFrom } from '../tree/index.ts'
import type { SyncFault, SyncFaultCode } from './faults.ts'

/** Keys from `from` on and before `to`; to the end of the state where `to` is null. */
export interface StateRange {
  readonly from: string
  readonly to: string | null
}

export interface Chunk {
  /** Where the next one begins; null where this one reaches the end of what was asked for. */
  readonly next: string | null
  /** Of all entries from the range's beginning to there (`ledger/proofs`). */
  readonly proof: Uint8Array
}

/**
 * Bytes of keys and values in a chunk at most, unless it is a single entry: some hundred records, a few milliseconds to
 * cut or to check, and a fraction of a second on a slow line.
 */
export const CHUNK_BYTES_MAX = 262_144
/** The largest entry is a quarter of a chunk, so that one which is not the last is three quarters full. */
export const CHUNK_BYTES_MIN: number = CHUNK_BYTES_MAX / 2

/** As many entries of the range as a chunk holds, at least one where there is one. */
export function cutChunk(state: LedgerState, { from, to }: StateRange): Chunk {
  let bytes = 0
  let next: string | null = null
  for (const [key, value] of entriesFrom(state.tree, from)) {
    if (to !== null && !isBefore(key, to)) break
    const more = key.length + stateValueBytes(key, value).length
    if (bytes > 0 && bytes + more > CHUNK_BYTES_MAX) {
      next = key
      break
    }
    bytes += more
  }
  return { next, proof: proveState(state, [{ kind: 'range', from, to: next ?? to }]) }
}

export type CheckedChunk =
  | { readonly ok: true; readonly entries: readonly StateEntry[] }
  | { readonly ok: false; readonly fault: SyncFault }

/** Whether these are all entries of the state of `root` from the range's beginning to where the chunk says it ends. */
export function checkChunk(
  { next, proof }: Chunk,
  { from, to }: StateRange,
  root: Hash,
  crypto: Crypto
): CheckedChunk {
  if (next !== null && !isWithin(next, { from, to })) {
    const message = `the chunk from '${from}' ends at '${next}', beyond '${to ?? ''}' or not behind its beginning`
    return refuse('SYNC_CHUNK_ASTRAY', message)
  }
  const shown = readProof(proof, root, crypto)
  if (!shown.ok) return shown
  const answered = shown.state.answer({ kind: 'range', from, to: next ?? to })
  if (!answered.ok) return answered
  const { entries } = answered
  const bytes = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  if (next === null || bytes >= CHUNK_BYTES_MIN) return { ok: true, entries }
  const message = `a chunk of ${bytes} bytes that goes on, ${CHUNK_BYTES_MIN} at least are expected`
  return refuse('SYNC_CHUNK_SHORT', message)
}

function isWithin(key: string, { from, to }: StateRange): boolean {
  return isKey(key) && isBefore(from, key) && (to === null || isBefore(key, to))
}

function refuse(code: SyncFaultCode, message: string): CheckedChunk {
  return { ok: false, fault: { code, message } }
}
