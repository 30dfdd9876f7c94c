/**
 * Transactions on their way to the coordinators: one after the other is asked until it is settled what became of each.
 *
 *     taken by one                         settled: null
 *     refused by f + 1                     settled: one of them is honest, and what it says is so
 *     full, dead, silent, refused by few   the next one is asked
 *
 * A single coordinator's refusal settles nothing: it may lie, and one that has just started may not know the signer yet.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type PublicKey, quorumOf, type SignedTransaction } from '../../ledger/index.ts'
import { SUBMITTED_MAX } from '../../protocols/ledger/index.ts'
import { type Network, within } from '../network/index.ts'
import { type CoordinatorQueue, createCoordinatorQueue } from './coordinator-queue.ts'
import type { Courier, CourierRefusal } from './courier.ts'
import { createSubmissionStreams, type SubmissionStreams } from './submission-streams.ts'

/** At least so many times, in rounds: each coordinator is asked once before any is asked again. */
const ATTEMPTS = 4
/** An answer takes a step of the agreement: less than a second, where the machine is not overloaded. */
const ATTEMPT_MS = 3_000
const BETWEEN_ROUNDS_MS = 500

/** What became of one transaction so far. */
interface Tally {
  /** Who refused it by the rules. */
  readonly refusedBy: Set<PublicKey>
  /** null: taken. */
  answer: CourierRefusal | null
  settled: boolean
}

type Said = readonly (CourierRefusal | null)[]

/** The next transaction goes to the next coordinator: one that is sent again reaches somebody else. */
export function remoteCourier(network: Network, coordinators: () => readonly PublicKey[]): Courier {
  const streams = createSubmissionStreams(network)
  const targetsOf = (keys: readonly PublicKey[]): Targets => ({
    keys,
    enough: keys.length - quorumOf(keys.length) + 1,
    queue: createCoordinatorQueue(
      keys.filter(key => key !== network.key),
      key => network.isConnected(key)
    )
  })
  let targets = targetsOf(coordinators())
  return {
    async deliver(batch, signal) {
      const keys = coordinators()
      if (!isDeepStrictEqual(keys, targets.keys)) targets = targetsOf(keys)
      const { queue, enough } = targets
      const answers: (CourierRefusal | null)[] = []
      for (let at = 0; at < batch.length; at += SUBMITTED_MAX) {
        const some = batch.slice(at, at + SUBMITTED_MAX)
        answers.push(...(await deliverSome({ streams, queue, enough, signal }, some)))
      }
      return answers
    }
  }
}

interface Targets {
  readonly keys: readonly PublicKey[]
  /** So many refusals settle it. */
  readonly enough: number
  readonly queue: CoordinatorQueue
}

interface Delivery {
  readonly streams: SubmissionStreams
  readonly queue: CoordinatorQueue
  /** So many refusals settle it. */
  readonly enough: number
  readonly signal: AbortSignal | undefined
}

async function deliverSome(
  { streams, queue, enough, signal }: Delivery,
  batch: readonly SignedTransaction[]
): Promise<Said> {
  const tallies = batch.map(
    (): Tally => ({ refusedBy: new Set(), answer: unreachable('none is known'), settled: false })
  )
  const attempts = Math.max(ATTEMPTS, queue.length)
  for (const [attempt, to] of queue.rounds(attempts).entries()) {
    if (attempt > 0 && attempt % queue.length === 0) await delay(BETWEEN_ROUNDS_MS)
    if (signal?.aborted === true) break
    const open = [...tallies.keys()].filter(at => tallies[at]?.settled === false)
    const asked = open.flatMap(at => batch[at] ?? [])
    const said = await tryOne(streams, to, asked, signal)
    queue.note(to, said.heard)
    for (const [place, at] of open.entries()) {
      const tally = tallies[at]
      if (tally !== undefined) count(tally, to, said.answers[place] ?? null, enough)
    }
    if (tallies.every(({ settled }) => settled)) break
  }
  return tallies.map(({ answer }) => answer)
}

/** Says something about the way there or about room, nothing about the transaction. */
const NO_OPINION: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'UNANSWERED',
  'POOL_FULL',
  'INTERNAL'
])

function count(tally: Tally, by: PublicKey, said: CourierRefusal | null, enough: number): void {
  const isOpinion = said !== null && !NO_OPINION.has(said.code)
  if (isOpinion) tally.refusedBy.add(by)
  tally.settled = said === null || tally.refusedBy.size >= enough
  // Of what settles nothing the most serious is told in the end: it may be included after all, it was refused.
  const mayBeIncluded = tally.answer?.code === 'UNANSWERED' && !tally.settled
  if (!mayBeIncluded && (isOpinion || tally.settled || tally.refusedBy.size === 0)) {
    tally.answer = said
  } else if (said?.code === 'UNANSWERED') tally.answer = said
}

/** One answer for each; where the coordinator could not be asked, the words of that failure. */
async function tryOne(
  streams: SubmissionStreams,
  to: PublicKey,
  batch: readonly SignedTransaction[],
  signal: AbortSignal | undefined
): Promise<{ readonly heard: boolean; readonly answers: Said }> {
  let sent = false
  try {
    const onSent = (): void => {
      sent = true
    }
    const reply = await within(ATTEMPT_MS, signal, limit =>
      streams.submit(to, batch, { signal: limit, onSent })
    )
    if (reply.kind === 'submitted') return { heard: true, answers: reply.answers }
    return { heard: true, answers: batch.map(() => ({ code: reply.code, message: reply.message })) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    // Whoever does not wait cannot say that nobody answered.
    const heard = signal?.aborted === true
    return { heard, answers: batch.map(() => (sent ? unanswered(why) : unreachable(why))) }
  }
}

function unreachable(why: string): CourierRefusal {
  return { code: 'UNREACHABLE', message: `no coordinator could be reached: ${why}` }
}

function unanswered(why: string): CourierRefusal {
  return { code: 'UNANSWERED', message: `it was sent, and the answer was lost: ${why}` }
}
