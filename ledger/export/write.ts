import type { Crypto } from '../crypto/index.ts'
import { certifiedBlockCodec, encodeAs, toHex } from '../encoding/index.ts'
import { MerkleHasher } from '../merkle/index.ts'
import type { CertifiedBlock, Genesis } from '../records/index.ts'
import { networkOf } from '../statements/index.ts'
import {
  beginningCodec,
  encodeFrame,
  type FrameKind,
  frameLeaf,
  MAGIC,
  trailerCodec
} from './format.ts'

/** The pieces of an export, in order; no more than one block is held. */
export async function* writeExport(
  genesis: Genesis,
  from: number,
  blocks: AsyncIterable<CertifiedBlock> | Iterable<CertifiedBlock>,
  crypto: Crypto
): AsyncGenerator<Uint8Array> {
  const tree = new MerkleHasher(crypto)
  const frame = (kind: FrameKind, payload: Uint8Array): Uint8Array => {
    tree.append(frameLeaf(kind, payload))
    return encodeFrame(kind, payload)
  }
  yield MAGIC
  const network = networkOf(genesis, crypto)
  yield frame('genesis', encodeAs(beginningCodec, { network, genesis, from }))
  let count = 0
  for await (const certified of blocks) {
    yield frame('block', encodeAs(certifiedBlockCodec, certified))
    count += 1
  }
  const root = toHex(tree.root())
  yield encodeFrame('trailer', encodeAs(trailerCodec, { blocks: count, root }))
}
