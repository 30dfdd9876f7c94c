import {
  type CertifiedBlock,
  type Checkpoint,
  type Hash,
  hashHeader,
  rangeRoot,
  WitnessError
} from '../../ledger/index.ts'
import type { Replica } from '../replica/index.ts'

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
  const [block, next] = await collect(replica, height, height + 1)
  if (block === undefined || next === undefined) throw new Error(`block ${height} has no next one`)
  const { header } = block.block
  return { network, height, block: hashHeader(header, crypto), root: next.block.header.logRoot }
}

/** Hashes of the headers from one height to another; none where `from` is after `to`. */
export async function headerHashes(replica: Replica, from: number, to: number): Promise<Hash[]> {
  const blocks = await collect(replica, from, to)
  return blocks.map(({ block }) => hashHeader(block.header, replica.context.crypto))
}

async function collect(replica: Replica, from: number, to: number): Promise<CertifiedBlock[]> {
  const blocks: CertifiedBlock[] = []
  if (from > to) return blocks
  for await (const certified of replica.blocks(from)) {
    const { height } = certified.block.header
    if (height !== from + blocks.length) break
    blocks.push(certified)
    if (height === to) return blocks
  }
  const message = `this node does not hold block ${from + blocks.length}, which leads to height ${to}`
  throw new WitnessError('CHECKPOINT_UNPROVEN', message)
}
