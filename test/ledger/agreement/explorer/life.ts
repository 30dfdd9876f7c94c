/** A member's machine with its disk, and what it would be if its power failed now. */
import type { AgreementEffect, LogRecord, SimplexState, Tip } from '../../../../ledger/index.ts'

export interface Disk {
  readonly tip: Tip
  readonly log: readonly LogRecord[]
}

export interface Life {
  readonly state: SimplexState
  readonly disk: Disk
  /** The disk before the last write, if others have seen what it holds before it was made. */
  readonly before: Disk | null
  /** How often its power may still fail. */
  readonly crashes: number
  /** How it would begin again; with `disk` first, then with `before`. None if it cannot fail. */
  readonly futures: readonly Future[]
}

export interface Future {
  readonly state: SimplexState
  /** Letters that it would say at once. */
  readonly says: readonly number[]
}

/** The disk after all writes of a step. */
export function written(disk: Disk, effects: readonly AgreementEffect[]): Disk {
  let { tip, log } = disk
  for (const effect of effects) {
    if (effect.type !== 'persist') continue
    tip = effect.records.at(-1)?.tip ?? tip
    log = [...log, ...effect.log]
  }
  return { tip, log }
}

export function isSeenEarly(effects: readonly AgreementEffect[]): boolean {
  const write = effects.findIndex(({ type }) => type === 'persist')
  return effects.slice(0, Math.max(0, write)).some(({ type }) => type === 'send')
}
