import {
  BLOCK_LIMITS,
  type CertifiedBlock,
  certifiedBlockCodec,
  decodeAs,
  type Genesis,
  genesisCodec
} from '../../ledger/index.ts'
import type { BlocksView, Input } from '../api/index.ts'

export interface NodeBlocks {
  readonly genesis: Genesis
  /** Of the newest block, by the node's word. */
  readonly height: number
  /** The state from which the node answers at that height; null where the blocks are a peer's. */
  readonly stateRoot: string | null
  readonly blocks: AsyncIterable<CertifiedBlock>
}

/** The blocks that a running node serves from one height to another, page by page; at most two pages are held. */
export async function readNodeBlocks(
  ask: (input: Input<'ledger.blocks'>) => Promise<BlocksView>,
  input: Input<'ledger.blocks'>
): Promise<NodeBlocks> {
  const first = await ask(input)
  const to = Math.min(input.to ?? first.height, first.height)
  return {
    genesis: decodeAs(genesisCodec, bytesOf(first.genesis)),
    height: first.height,
    stateRoot: first.stateRoot,
    blocks: pages(ask, { ...input, to }, first)
  }
}

async function* pages(
  ask: (input: Input<'ledger.blocks'>) => Promise<BlocksView>,
  input: Input<'ledger.blocks'> & { to: number },
  first: BlocksView
): AsyncGenerator<CertifiedBlock> {
  let { from } = input
  let page = first
  while (page.blocks.length > 0) {
    from += page.blocks.length
    // The next page is on its way while this one is worked on.
    const next = from > input.to ? undefined : ask({ ...input, from })
    next?.catch(() => undefined)
    for (const text of page.blocks) {
      yield decodeAs(certifiedBlockCodec, bytesOf(text), BLOCK_LIMITS)
    }
    if (next === undefined) return
    page = await next
  }
}

function bytesOf(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64')
}
