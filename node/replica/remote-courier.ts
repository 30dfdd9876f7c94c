import { setTimeout as delay } from 'node:timers/promises'
import type { PublicKey, SignedTransaction } from '../../ledger/index.ts'
import { SUBMITTED_MAX, submit } from '../../protocols/ledger/index.ts'
import { type Network, within } from '../network/index.ts'
import type { Courier, CourierRefusal } from './courier.ts'

/** A lost answer is no refusal: the same bytes are sent again, and a coordinator that has them says so. */
const ATTEMPTS = 4
const ATTEMPT_MS = 5_000
const BETWEEN_MS = 500
/** Another coordinator may say something else. */
const MAY_PASS: ReadonlySet<string> = new Set(['UNREACHABLE', 'POOL_FULL'])

/**
 * Brings transactions to the coordinators of the genesis, one after the other until one answers. The next
 * transaction goes to the next one: a transaction that is sent again reaches somebody else.
 */
export function remoteCourier(network: Network, coordinators: readonly PublicKey[]): Courier {
  const others = coordinators.filter(key => key !== network.key)
  let next = 0
  return {
    async deliver(batch, signal) {
      const answers: (CourierRefusal | null)[] = []
      for (let at = 0; at < batch.length; at += SUBMITTED_MAX) {
        answers.push(...(await deliverSome(batch.slice(at, at + SUBMITTED_MAX), signal)))
      }
      return answers
    }
  }

  async function deliverSome(
    batch: readonly SignedTransaction[],
    signal: AbortSignal | undefined
  ): Promise<readonly (CourierRefusal | null)[]> {
    const answers: (CourierRefusal | null)[] = batch.map(() =>
      unreachable('no coordinator is known')
    )
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const to = choose(attempt)
      if (to === undefined || signal?.aborted === true) break
      const open = [...answers.keys()].filter(at => MAY_PASS.has(answers[at]?.code ?? ''))
      const said = await tryOne(
        network,
        to,
        open.flatMap(at => batch[at] ?? []),
        signal
      )
      for (const [place, at] of open.entries()) answers[at] = said[place] ?? null
      if (!answers.some(answer => answer !== null && MAY_PASS.has(answer.code))) break
      await delay(BETWEEN_MS)
    }
    return answers
  }

  function choose(attempt: number): PublicKey | undefined {
    // Those that are connected first: a dead one costs seconds.
    const near = others.filter(key => network.isConnected(key))
    const candidates = near.length > 0 && attempt < ATTEMPTS - 1 ? near : others
    return candidates[next++ % Math.max(1, candidates.length)]
  }
}

/** One answer for each; where the coordinator could not be asked, the words of that failure. */
async function tryOne(
  network: Network,
  to: PublicKey,
  batch: readonly SignedTransaction[],
  signal: AbortSignal | undefined
): Promise<readonly (CourierRefusal | null)[]> {
  try {
    const reply = await within(ATTEMPT_MS, signal, async limit => {
      const stream = await network.open('ledger', to, { signal: limit })
      return await submit(stream, batch, { signal: limit })
    })
    if (reply.kind === 'submitted') return reply.answers
    return batch.map(() => ({ code: reply.code, message: reply.message }))
  } catch (error) {
    return batch.map(() => unreachable(error instanceof Error ? error.message : String(error)))
  }
}

function unreachable(why: string): CourierRefusal {
  return { code: 'UNREACHABLE', message: `no coordinator could be reached: ${why}` }
}
