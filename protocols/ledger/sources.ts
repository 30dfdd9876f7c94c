/**
 * Whom a light node asks next:
 *
 *              silent, stale, behind                 lied
 *     asked first ---------------> asked last    --------> not asked at all
 *          ^                           |                        |
 *          +------ REST_MS later ------+                        |
 *          +------------------------------ SHUT_MS later -------+
 *
 * Candidates come in groups, of which the first is asked first; within one the node goes first that answered well last
 * time, and then the caller's order counts.
 */
import type { PublicKey } from '../../ledger/index.ts'

/**
 * What a node did when it was asked. `behind`: what it says is true, of a time before what is known. `ahead`: it speaks of an epoch whose beginning it does not show.
 */
export type Conduct = 'good' | 'behind' | 'ahead' | 'stale' | 'silent' | 'lied'

export interface Sources {
  readonly favourite: PublicKey | null
  readonly resting: ReadonlyMap<PublicKey, number>
  readonly shut: ReadonlyMap<PublicKey, number>
}

export const NO_SOURCES: Sources = { favourite: null, resting: new Map(), shut: new Map() }

/** A coordinator that is started anew is back within this, and has caught up. */
export const REST_MS = 10_000
/** Each lie costs a look at its signatures; an honest node has none to tell. */
export const SHUT_MS = 60_000
/** More than libp2p keeps connections; what is forgotten is merely asked once more. */
const REMEMBERED_MAX = 512

export function noteConduct(
  sources: Sources,
  key: PublicKey,
  conduct: Conduct,
  nowMs: number
): Sources {
  const { favourite, resting, shut } = sources
  switch (conduct) {
    case 'good':
      return { favourite: key, shut, resting: without(resting, key) }
    case 'behind':
    case 'stale':
    case 'silent':
      return {
        favourite: favourite === key ? null : favourite,
        resting: withTime(resting, key, nowMs + REST_MS, nowMs),
        shut
      }
    case 'ahead':
    case 'lied':
      return {
        favourite: favourite === key ? null : favourite,
        resting,
        shut: withTime(shut, key, nowMs + SHUT_MS, nowMs)
      }
  }
}

export function isShut({ shut }: Sources, key: PublicKey, nowMs: number): boolean {
  return (shut.get(key) ?? 0) > nowMs
}

/** The candidates in the order in which they are to be asked; liars are not among them. */
export function inTurn(
  sources: Sources,
  groups: readonly (readonly PublicKey[])[],
  nowMs: number
): readonly PublicKey[] {
  const { favourite, resting } = sources
  const isResting = (key: PublicKey): boolean => (resting.get(key) ?? 0) > nowMs
  const ordered = groups.flatMap(group => [
    ...group.filter(key => key === favourite),
    ...group.filter(key => key !== favourite)
  ])
  const candidates = [...new Set(ordered)].filter(key => !isShut(sources, key, nowMs))
  return [...candidates.filter(key => !isResting(key)), ...candidates.filter(isResting)]
}

function without(times: ReadonlyMap<PublicKey, number>, key: PublicKey) {
  if (!times.has(key)) return times
  return new Map([...times].filter(([other]) => other !== key))
}

function withTime(
  times: ReadonlyMap<PublicKey, number>,
  key: PublicKey,
  untilMs: number,
  nowMs: number
): ReadonlyMap<PublicKey, number> {
  const kept = [...times].filter(([other, endMs]) => other !== key && endMs > nowMs)
  return new Map([...kept.slice(1 - REMEMBERED_MAX), [key, untilMs]])
}
