/** Seats that are behind ask others for final blocks, as a node's follower does, and a coordinator that hears nothing. */
import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'
import type { Seat } from './seat.ts'
import type { Weather } from './weather.ts'

export interface FollowersPlan {
  readonly chance: Chance
  readonly clockwork: Clockwork
  readonly weather: Weather
  readonly seats: readonly Seat[]
}

const ASK_MS = 150
/** A coordinator asks when it has heard of no block for so many rounds: longer than an idle tick. */
const WATCH_ROUNDS = 150
const BLOCKS_PER_ANSWER = 8

export function keepFollowing(plan: FollowersPlan): void {
  let round = 0
  /** Coordinators that found out that they are behind; each asks on until it is not. */
  const behind = new Set<Seat>()
  const ask = (): void => {
    round += 1
    for (const seat of plan.seats) {
      if (!seat.up) continue
      if (round % WATCH_ROUNDS === 0 && seat.isStalled()) behind.add(seat)
      if (!seat.follows && !behind.has(seat)) continue
      if (!askSomebody(plan, seat)) behind.delete(seat)
    }
    plan.clockwork.after(ASK_MS, ask)
  }
  ask()
}

/** False if that one has nothing newer. */
function askSomebody({ chance, clockwork, weather, seats }: FollowersPlan, seat: Seat): boolean {
  const source = chance.pick(seats)
  if (source === seat || !source.up) return true
  if (seat.height < source.disk.baseHeight) return true
  const from = source.plan.signer.publicKey
  const blocks = source.disk.blocks.slice(seat.height, seat.height + BLOCKS_PER_ANSWER)
  if (blocks.length === 0) return false
  const [delayMs] = weather.delays(source.plan.at, seat.plan.at, false)
  if (delayMs !== undefined) clockwork.after(delayMs, () => seat.learn(from, blocks))
  return true
}
