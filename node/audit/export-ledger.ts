import { ExportError, writeExport } from '../../ledger/index.ts'
import type { BlocksView, Input } from '../api/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { writePieces } from './export-file.ts'
import { readNodeBlocks } from './node-blocks.ts'

export interface ExportOptions {
  readonly ask: (input: Input<'ledger.blocks'>) => Promise<BlocksView>
  readonly from: number
  /** The head of the ledger at most, and by default. */
  readonly to?: number
  /** PeerId of whose blocks are wanted; else those of the node that is asked. */
  readonly peer?: string
  /** A file to make, or where the pieces go. */
  readonly into: string | ((piece: Uint8Array) => Promise<void>)
}

export interface Exported {
  readonly from: number
  readonly to: number
  readonly bytes: number
}

/** Exports what a running node, or a peer of it, holds; a few mebibytes are held. Refuses a range in which there is no block. */
export async function exportLedger(options: ExportOptions): Promise<Exported> {
  const { ask, from, into, peer } = options
  const { genesis, height, blocks } = await readNodeBlocks(ask, {
    from,
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(peer === undefined ? {} : { peer })
  })
  const to = Math.min(options.to ?? height, height)
  if (from > to) {
    const message = `there is no block from height ${from} to ${to}: the ledger has ${height}`
    throw new ExportError('EXPORT_PARTIAL', { part: 'beginning', height: from }, message)
  }
  const pieces = writeExport(genesis, from, blocks, nodeCrypto)
  const bytes =
    typeof into === 'string' ? await writePieces(into, pieces) : await send(into, pieces)
  return { from, to, bytes }
}

async function send(
  into: (piece: Uint8Array) => Promise<void>,
  pieces: AsyncIterable<Uint8Array>
): Promise<number> {
  let bytes = 0
  for await (const piece of pieces) {
    await into(piece)
    bytes += piece.length
  }
  return bytes
}
