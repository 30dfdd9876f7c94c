/**
 * Who sends what no honest coordinator sends is not listened to for a while: each bad message costs a look at its
 * signatures, and an honest one has none to send. Innocent faults, like a body that came too late, count for nothing.
 *
 *     listened to -- FAULTS_MAX faults within WINDOW_MS --> shut out -- SHUT_MS later --> listened to
 */
import type { AgreementFaultCode, PublicKey } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'

/** More than any mishap makes of messages that are on their way; a liar that keeps below costs next to nothing. */
export const FAULTS_MAX = 16
export const WINDOW_MS = 60_000
export const SHUT_MS = 60_000

/** What honest coordinators are refused for as well: the simulation counts all others as lies. */
const INNOCENT: ReadonlySet<AgreementFaultCode> = new Set(['UNASKED', 'OTHER_EPOCH'])

export interface Counted {
  readonly total: number
  readonly shuts: boolean
}

export interface FaultCounter {
  /** All that a member was ever refused for. Says whether it is shut out by this one. */
  readonly count: (from: PublicKey, code: AgreementFaultCode) => Counted
  readonly isShut: (from: PublicKey) => boolean
}

interface Conduct {
  readonly total: number
  /** Times of the newest faults. */
  readonly recentMs: readonly number[]
  readonly shutUntilMs: number
}

export function createFaultCounter(clock: Clock): FaultCounter {
  const records = new Map<PublicKey, Conduct>()
  return {
    count(from, code) {
      const nowMs = clock.nowMs()
      const before = records.get(from) ?? { total: 0, recentMs: [], shutUntilMs: 0 }
      const total = before.total + 1
      const recent = before.recentMs.filter(atMs => atMs > nowMs - WINDOW_MS)
      const recentMs = INNOCENT.has(code) ? recent : [...recent, nowMs]
      const shuts = recentMs.length >= FAULTS_MAX
      records.set(from, {
        total,
        recentMs: shuts ? [] : recentMs,
        shutUntilMs: shuts ? nowMs + SHUT_MS : before.shutUntilMs
      })
      return { total, shuts }
    },
    isShut: from => (records.get(from)?.shutUntilMs ?? 0) > clock.nowMs()
  }
}
