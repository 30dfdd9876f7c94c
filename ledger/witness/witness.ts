/**
 * A witness signs checkpoints of one ledger, and never two that contradict each other: it keeps the last one, and signs a
 * newer one only if the log under it begins with the log under that. Two readers who ask for its cosignature then
 * know that they were shown the same ledger, even where all coordinators together lied to one of them.
 *
 *     asked ── of its own ledger? ── not older than the last? ── consistent with it? ── keep ── sign
 *
 * Keep comes before sign: a witness that loses its memory between the two signed nothing; the other way round it could be
 * asked for the other half of a fork.
 */
import type { Crypto } from '../crypto/index.ts'
import { fromHex } from '../encoding/index.ts'
import {
  type CompactRange,
  consistencyPathOn,
  extendRange,
  isConsistent,
  leafHash,
  rangeRoot
} from '../merkle/index.ts'
import type { Hash } from '../records/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { WitnessCode } from './faults.ts'

/** What a witness never loses: the newest checkpoint it signed, and the log up to there. */
export interface Witnessed {
  readonly checkpoint: Checkpoint
  readonly log: CompactRange
}

/** The witness's own ledger at the height that it is asked for. */
export interface OwnLedger {
  readonly network: Hash
  /** Of its newest block. */
  readonly height: number
  /** null where it does not reach the height that is asked for. */
  readonly at: { readonly block: Hash; readonly root: Hash } | null
  /** Hashes of the headers after those of the last checkpoint, up to the height that is asked for. */
  readonly added: readonly Hash[]
  /** The log up to there; only whoever has signed nothing yet needs it. */
  readonly log: CompactRange | null
}

export type WitnessEffect =
  | { readonly type: 'keep'; readonly witnessed: Witnessed }
  | { readonly type: 'sign'; readonly checkpoint: Checkpoint }

export type WitnessAnswer =
  | { readonly ok: true; readonly effects: readonly WitnessEffect[] }
  | { readonly ok: false; readonly code: WitnessCode; readonly message: string }

/** Headers between two checkpoints of one witness: 8 MiB of hashes, two weeks of an idle network. */
export const WITNESS_STEP_MAX = 262_144

/**
 * The heights whose headers `witness` needs: as `added`, or as `log` where nothing was signed yet. A refusal where it needs
 * none.
 */
export function wantedHeaders(
  last: Witnessed | null,
  asked: Checkpoint,
  own: Pick<OwnLedger, 'network' | 'height'>
): { readonly from: number; readonly to: number } | Extract<WitnessAnswer, { ok: false }> {
  const seen = last?.checkpoint.height ?? 0
  if (asked.network !== own.network) {
    return refuse('CHECKPOINT_FOREIGN', `it is of network ${asked.network}, not ${own.network}`)
  }
  if (asked.height > own.height) {
    const message = `it is at height ${asked.height}, the ledger of this witness at ${own.height}: ask again later`
    return refuse('CHECKPOINT_AHEAD', message)
  }
  if (asked.height < Math.max(1, seen)) {
    const message = `it is at height ${asked.height}, this witness has signed ${seen}: ask with a newer one`
    return refuse('CHECKPOINT_OLD', message)
  }
  if (last !== null && asked.height - seen > WITNESS_STEP_MAX) {
    const message = `it is ${asked.height - seen} blocks after height ${seen}, the last that this witness has signed: ask with one at height ${seen + WITNESS_STEP_MAX} at most`
    return refuse('CHECKPOINT_FAR', message)
  }
  return { from: seen + 1, to: asked.height }
}

/** Judges one checkpoint. The effects are to be carried out in their order, and one checkpoint at a time. */
export function witness(
  last: Witnessed | null,
  asked: Checkpoint,
  own: OwnLedger,
  crypto: Crypto
): WitnessAnswer {
  const wanted = wantedHeaders(last, asked, own)
  if ('ok' in wanted) return wanted
  if (own.at?.block !== asked.block || own.at.root !== asked.root) {
    const message = `at height ${asked.height} this witness has block ${own.at?.block} under log ${own.at?.root}, the checkpoint ${asked.block} under ${asked.root}`
    return refuse('CHECKPOINT_ASTRAY', message)
  }
  const leaves = own.added.map(hash => leafHash(crypto, fromHex(hash)))
  if (last !== null && !leadsOn(last, asked, leaves, crypto)) {
    const { height, block } = last.checkpoint
    const message = `the log under it does not begin with the one that this witness signed at height ${height}, block ${block}: there are two ledgers of this network`
    return refuse('CHECKPOINT_FORKED', message)
  }
  const log =
    last === null
      ? own.log
      : leaves.reduce((range, leaf) => extendRange(range, leaf, crypto), last.log)
  if (log?.size !== asked.height || rangeRoot(log, crypto) !== asked.root) {
    throw new Error(`the headers up to height ${asked.height} do not lead to their own log root`)
  }
  const keep = { type: 'keep', witnessed: { checkpoint: asked, log } } as const
  return { ok: true, effects: [keep, { type: 'sign', checkpoint: asked }] }
}

/** RFC 9162, section 2.1.4: between what was signed and what is asked for. */
function leadsOn(
  last: Witnessed,
  asked: Checkpoint,
  leaves: readonly Uint8Array[],
  crypto: Crypto
): boolean {
  const { height, root } = last.checkpoint
  const path = consistencyPathOn(last.log, leaves, crypto)
  const newer = { size: asked.height, root: fromHex(asked.root) }
  return isConsistent({ size: height, root: fromHex(root) }, newer, path, crypto)
}

function refuse(code: WitnessCode, message: string): Extract<WitnessAnswer, { ok: false }> {
  return { ok: false, code, message }
}
