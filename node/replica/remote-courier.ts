import { setTimeout as delay } from 'node:timers/promises'
import type { PublicKey, SignedTransaction } from '../../ledger/index.ts'
import { submit } from '../../protocols/ledger/index.ts'
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
    async deliver(signed, signal) {
      let failure: CourierRefusal = unreachable('no coordinator is known')
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Those that are connected first: a dead one costs seconds.
        const near = others.filter(key => network.isConnected(key))
        const candidates = near.length > 0 && attempt < ATTEMPTS - 1 ? near : others
        const to = candidates[next++ % Math.max(1, candidates.length)]
        if (to === undefined || signal?.aborted === true) break
        const answer = await tryOne(network, to, signed, signal)
        if (answer === 'accepted' || !MAY_PASS.has(answer.code)) return answer
        failure = answer
        await delay(BETWEEN_MS)
      }
      return failure
    }
  }
}

async function tryOne(
  network: Network,
  to: PublicKey,
  signed: SignedTransaction,
  signal: AbortSignal | undefined
): Promise<'accepted' | CourierRefusal> {
  try {
    const answer = await within(ATTEMPT_MS, signal, async limit => {
      const stream = await network.open('ledger', to, { signal: limit })
      return await submit(stream, signed, { signal: limit })
    })
    if (answer.kind === 'accepted') return 'accepted'
    return { code: answer.code, message: answer.message }
  } catch (error) {
    return unreachable(error instanceof Error ? error.message : String(error))
  }
}

function unreachable(why: string): CourierRefusal {
  return { code: 'UNREACHABLE', message: `no coordinator could be reached: ${why}` }
}
