import type { CertifiedBlock, CertifiedHeader, Header } from '../../ledger/index.ts'
import type { SnapshotKeeper } from './chain-keeper.ts'
import type { Replica } from './replica.ts'

/**
 * The last headers of the epochs that have ended: kept ones, where a snapshot was begun from and the blocks are not
 * here; the others found by halving, for epochs never fall from one height to the next. What was found once is kept in
 * mind, so that a newcomer who asks for all of them costs few reads.
 */
export class HandOvers {
  readonly #replica: Replica
  readonly #keeper: Pick<SnapshotKeeper, 'handOver'>
  /** Height of each epoch's last block, by epoch. */
  readonly #ends = new Map<number, number>()

  constructor(replica: Replica, keeper: Pick<SnapshotKeeper, 'handOver'>) {
    this.#replica = replica
    this.#keeper = keeper
  }

  /** From epoch `from` on, at most `max`; ends where an epoch is still running or nothing is known of it here. */
  async from(from: number, max: number): Promise<readonly CertifiedHeader[]> {
    const found: CertifiedHeader[] = []
    for (let epoch = from; found.length < max; epoch++) {
      const handOver = (await this.#keeper.handOver(epoch)) ?? (await this.#inBlocks(epoch))
      if (handOver === undefined || handOver.header.epoch !== epoch) return found
      found.push(handOver)
    }
    return found
  }

  async #inBlocks(epoch: number): Promise<CertifiedHeader | undefined> {
    const { state } = this.#replica.tip
    if (epoch >= state.epoch.epoch) return undefined
    const before = this.#ends.get(epoch - 1) ?? 0
    const first = Math.max(before, this.#replica.baseHeight) + 1
    const end = this.#ends.get(epoch) ?? (await this.#search(epoch, first, state.height))
    if (end === undefined || end <= this.#replica.baseHeight) return undefined
    const block = await blockAt(this.#replica, end)
    if (block === undefined || block.block.header.nextSet === null) return undefined
    this.#ends.set(epoch, end)
    return headerOf(block)
  }

  /** The last height of `epoch` between two; the first of them belongs to it, or to none before it. */
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
