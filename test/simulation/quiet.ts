import type { CertifiedBlock } from '../../ledger/index.ts'
import { Violated } from './violation.ts'

/** Messages about one block in quiet weather: each member sends each other a proposal at most, its two votes and two certificates. */
const MESSAGES_PER_PAIR = 5

/** Views without a block, over all epochs: views are numbered anew in each. */
export function skippedViews(chain: readonly CertifiedBlock[]): number {
  const lasts = chain.filter(
    ({ block }, at) => chain[at + 1]?.block.header.epoch !== block.header.epoch
  )
  return lasts.reduce((sum, { block }) => sum + block.header.view, 0) - chain.length
}

/** Throws `Violated` where more views were skipped, or more messages sent by `nodes` members, than a day without faults needs. */
export function checkQuiet(
  chain: readonly CertifiedBlock[],
  nodes: number,
  messages: number
): void {
  // Who is new in a set may enter its view a moment late.
  const handOvers = chain.filter(({ block }) => block.header.nextSet !== null).length
  const skipped = skippedViews(chain)
  if (skipped > handOvers) {
    throw new Violated('quiet', `${skipped} views were skipped though nothing went wrong`)
  }
  const most = MESSAGES_PER_PAIR * nodes * (nodes - 1) * (chain.length + 2)
  if (messages > most) {
    throw new Violated(
      'quiet',
      `${messages} messages for ${chain.length} blocks, at most ${most} are needed`
    )
  }
}
