import {
  type Block,
  type CertifiedBlock,
  type Checkpoint,
  type CompactRange,
  fromHex,
  type Hash,
  hashHeader,
  MerkleHasher,
  rangeRoot,
  WitnessError
} from '../../ledger/index.ts'
import { BlocksNotHeld, type Replica } from '../replica/index.ts'

/** This node's own ledger up to a height, the newest unless told. Rejects with `WitnessError`. */
export async function checkpointAt(replica: Replica, height?: number): Promise<Checkpoint> {
  const { network, tip } = replica
  const { crypto } = replica.context
  const newest = tip.state.height
  if (newest === 0) throw new WitnessError('CHECKPOINT_AHEAD', 'the ledger has no block yet')
  if (height === undefined || height === newest) {
    return { network, height: newest, block: tip.block, root: rangeRoot(tip.log, crypto) }
  }
  if (height > newest || height < 1) {
    const message = `there is no block at height ${height}: the ledger has ${newest}`
    throw new WitnessError('CHECKPOINT_AHEAD', message)
  }
  const blocks: Block[] = []
  for await (const { block } of blocksOf(replica, height, height + 1)) blocks.push(block)
  const [block, next] = blocks
  if (block === undefined || next === undefined) throw new Error(`block ${height} has no next one`)
  return { network, height, block: hashHeader(block.header, crypto), root: next.header.logRoot }
}

/** Hashes of the headers from one height to another; none where `from` is after `to`. */
export async function headerHashes(replica: Replica, from: number, to: number): Promise<Hash[]> {
  const hashes: Hash[] = []
  for await (const hash of hashesOf(replica, from, to)) hashes.push(hash)
  return hashes
}

/** The log up to a height, read from the first block on. */
export async function logUpTo(replica: Replica, height: number): Promise<CompactRange> {
  const { crypto } = replica.context
  const log = new MerkleHasher(crypto)
  for await (const hash of hashesOf(replica, 1, height)) log.append(fromHex(hash))
  return log.range()
}

async function* hashesOf(replica: Replica, from: number, to: number): AsyncGenerator<Hash> {
  for await (const { block } of blocksOf(replica, from, to)) {
    yield hashHeader(block.header, replica.context.crypto)
  }
}

/** Throws `WitnessError` where one is missing. */
async function* blocksOf(
  replica: Replica,
  from: number,
  to: number
): AsyncGenerator<CertifiedBlock> {
  let next = from
  if (next > to) return
  try {
    for await (const certified of replica.blocks(from)) {
      if (certified.block.header.height !== next) break
      yield certified
      if (next === to) return
      next += 1
    }
  } catch (error) {
    // It began from a snapshot.
    if (!(error instanceof BlocksNotHeld)) throw error
  }
  const message = `this node does not hold block ${next}, which leads to height ${to}`
  throw new WitnessError('CHECKPOINT_UNPROVEN', message)
}
