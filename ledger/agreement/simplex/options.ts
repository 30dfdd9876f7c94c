import type { ChainContext } from '../../chain/index.ts'
import type { Signer } from '../../crypto/index.ts'
import type { Hash, PublicKey } from '../../records/index.ts'
import { IDLE_TICK_MS } from '../idle-tick.ts'
import { ALL_RULES, type SafetyRules } from './rules.ts'

export interface SimplexOptions {
  readonly signer: Signer
  readonly context: ChainContext
  /** Told of each good signature of a transaction that another coordinator forwarded. */
  readonly remember?: (transaction: Hash, key: PublicKey) => void
  readonly idleTickMs?: number
  /** How long a view may take before it is given up, at first: 1.5 s between towns, 300 ms in one room. */
  readonly viewMs?: number
  /** The same for the views of a leader that has been silent. */
  readonly silentViewMs?: number
  /** A body that was asked for and has not come is asked of the next peer. */
  readonly fetchMs?: number
  /** How far a block's time may lie ahead of our clock. */
  readonly aheadMs?: number
  /** How far it may lie behind, half as much again for each skipped view. */
  readonly behindMs?: number
  readonly rules?: SafetyRules
}

export type Settings = Required<Omit<SimplexOptions, 'signer' | 'context'>>

export function settingsOf(options: SimplexOptions): Settings {
  return {
    remember: options.remember ?? (() => undefined),
    idleTickMs: options.idleTickMs ?? IDLE_TICK_MS,
    viewMs: options.viewMs ?? 1_500,
    silentViewMs: options.silentViewMs ?? 100,
    fetchMs: options.fetchMs ?? 500,
    aheadMs: options.aheadMs ?? 500,
    behindMs: options.behindMs ?? 2_000,
    rules: options.rules ?? ALL_RULES
  }
}

/** Messages about views further ahead than this are not kept; certificates of any view are. */
export const VIEWS_AHEAD_MAX = 16
/** Views whose votes and certificates are sent again when the timer rings. */
export const RESEND_VIEWS_MAX = 12
/** A leader is skipped early after this many of its views in a row without a word of it. */
export const SILENT_VIEWS = 3
/** Views time out at most 2^5 times later than at first. */
export const BACKOFF_MAX = 5
/** Bodies asked for at a time. */
export const FETCHES_MAX = 8
/** Waiting transactions that are sent to all again when a view times out. */
export const REFORWARDED_MAX = 64
