import { setTimeout as sleep } from 'node:timers/promises'
import { CheckFailed } from './check.ts'

const LOOK_EVERY_MS = 300

/** Asks again until the answer is what the step waits for; gossip and blocks need their moment. */
export async function until<T>(
  promise: string,
  patienceMs: number,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (performance.now() > deadline) {
      throw new CheckFailed(
        `${promise}: not so after ${patienceMs / 1000} s; last answer ${JSON.stringify(answer).slice(0, 400)}`
      )
    }
    await sleep(LOOK_EVERY_MS)
  }
}
