import {
  type CertifiedBlock,
  certifiedBlockCodec,
  encodeAs,
  genesisCodec,
  type PublicKey
} from '../../ledger/index.ts'
import { askHead, follow } from '../../protocols/ledger/index.ts'
import type { BlocksView, Input } from '../api/index.ts'
import { keyOfPeer } from '../network/index.ts'
import type { ServiceContext } from './context.ts'
import { refuse, refuseByCode } from './refuse.ts'

/** One page of an answer: a few blocks of the largest kind, thousands of small ones. */
const PAGE_BYTES = 4 * 1024 * 1024
const PAGE_BLOCKS = 4_096
/** A peer that has the block at all sends it at once. */
const PEER_IDLE_MS = 10_000

/** Blocks from a height on; what this node holds, or what a peer says, as on a light node always. Nothing is checked here. */
export async function pageOfBlocks(
  context: ServiceContext,
  input: Input<'ledger.blocks'>,
  signal: AbortSignal
): Promise<BlocksView> {
  const { ledger } = context
  const head = ledger.head()
  const key = input.peer === undefined ? undefined : peerNamed(input.peer)
  const height = key === undefined ? head.height : await heightOf(context, key, signal)
  const last = Math.min(input.to ?? height, height)
  const source =
    key === undefined ? ledger.blocks(input.from, last) : fromPeer(context, key, input.from, signal)
  return {
    genesis: base64(encodeAs(genesisCodec, ledger.genesis)),
    height,
    stateRoot: key === undefined ? head.stateRoot : null,
    blocks: input.from > last ? [] : await collect(source, last)
  }
}

async function collect(source: AsyncIterable<CertifiedBlock>, last: number): Promise<string[]> {
  const blocks: string[] = []
  let bytes = 0
  for await (const certified of source) {
    const encoded = encodeAs(certifiedBlockCodec, certified)
    blocks.push(base64(encoded))
    bytes += encoded.length
    if (bytes >= PAGE_BYTES || blocks.length === PAGE_BLOCKS) break
    if (certified.block.header.height >= last) break
  }
  return blocks
}

async function* fromPeer(
  { network }: ServiceContext,
  key: PublicKey,
  from: number,
  signal: AbortSignal
): AsyncGenerator<CertifiedBlock> {
  const stream = await network.open('ledger', key, { signal })
  for await (const said of follow(stream, from, { signal, idleMs: PEER_IDLE_MS })) {
    if (said.kind === 'refused') throw refuseByCode(said.code, said.message)
    if (said.kind === 'block') yield said.block
  }
}

async function heightOf(
  { network }: ServiceContext,
  key: PublicKey,
  signal: AbortSignal
): Promise<number> {
  const stream = await network.open('ledger', key, { signal })
  const head = await askHead(stream, { signal, idleMs: PEER_IDLE_MS })
  if (head.kind === 'refused') throw refuseByCode(head.code, head.message)
  return head.height
}

function peerNamed(text: string): PublicKey {
  let key: PublicKey | undefined
  try {
    key = keyOfPeer(text)
  } catch {
    // Not even the form of one; refused as the others below.
  }
  if (key !== undefined) return key
  throw refuse('PEER_UNKNOWN', 'usage', `"${text}" is no PeerId`, 'see `virtuoso node peers`')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
