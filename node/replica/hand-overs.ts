import type { CertifiedBlock, CertifiedHeader, Header } from '../../ledger/index.ts'
import type { Replica } from './replica.ts'

/**
 * The last headers of the epochs that have ended, found by halving: epochs never fall from one height to the next. What
 * was found once is kept, so that a newcomer who asks for all of them costs few reads.
 */
export class HandOvers {
  readonly #replica: Replica
  /** Height of each epoch's last block, by epoch. */
  readonly #ends: number[] = []

  constructor(replica: Replica) {
    this.#replica = replica
  }

  /** From epoch `from` on, at most `max`; ends where an epoch is still running or its blocks are not held here. */
  async from(from: number, max: number): Promise<readonly CertifiedHeader[]> {
    const found: CertifiedHeader[] = []
    for (let epoch = from; found.length < max; epoch++) {
      const height = await this.#endOf(epoch)
      const block = height === undefined ? undefined : await blockAt(this.#replica, height)
      if (block === undefined || block.block.header.nextSet === null) return found
      found.push(headerOf(block))
    }
    return found
  }

  async #endOf(epoch: number): Promise<number | undefined> {
    const { state } = this.#replica.tip
    if (epoch >= state.epoch.epoch) return undefined
    for (let next = this.#ends.length; next <= epoch; next++) {
      const end = await this.#search(next, (this.#ends[next - 1] ?? 0) + 1, state.height)
      if (end === undefined) return undefined
      this.#ends[next] = end
    }
    return this.#ends[epoch]
  }

  /** The last height of `epoch` between two; the first of them belongs to it. */
  async #search(epoch: number, low: number, high: number): Promise<number | undefined> {
    let [first, last] = [low, high]
    while (first < last) {
      const middle = Math.ceil((first + last) / 2)
      const header: Header | undefined = (await blockAt(this.#replica, middle))?.block.header
      if (header === undefined) return undefined
      if (header.epoch > epoch) last = middle - 1
      else first = middle
    }
    return first
  }
}

export async function blockAt(
  replica: Replica,
  height: number
): Promise<CertifiedBlock | undefined> {
  const [newest] = replica.newestFrom(height)
  if (newest !== undefined) return newest
  for await (const certified of replica.blocks(height)) {
    return certified.block.header.height === height ? certified : undefined
  }
  return undefined
}

export function headerOf({ block, certificate, descent }: CertifiedBlock): CertifiedHeader {
  return { header: block.header, certificate, descent }
}
