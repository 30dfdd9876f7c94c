import {
  type CertifiedBlock,
  certifiedBlockCodec,
  encodeAs,
  FINAL_BLOCKS_BYTES_MAX,
  FINAL_BLOCKS_MAX
} from '../../ledger/index.ts'
import type { Replica } from './replica.ts'

/** Stored blocks for another coordinator, as many as go in one message; none where the first is not held here. */
export async function finalBlocksFrom(
  replica: Replica,
  fromHeight: number
): Promise<readonly CertifiedBlock[]> {
  const blocks: CertifiedBlock[] = []
  if (fromHeight <= replica.baseHeight) return blocks
  let bytes = 0
  for await (const certified of replica.blocks(fromHeight)) {
    blocks.push(certified)
    bytes += encodeAs(certifiedBlockCodec, certified).byteLength
    if (blocks.length === FINAL_BLOCKS_MAX || bytes >= FINAL_BLOCKS_BYTES_MAX) break
  }
  return blocks
}
