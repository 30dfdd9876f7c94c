import { type CertifiedBlock, ExportError, type Genesis } from '../../ledger/index.ts'
import type { BlocksView, Input } from '../api/index.ts'
import { openExportFile } from './export-file.ts'
import { readNodeBlocks } from './node-blocks.ts'

/** Where the blocks to audit come from. */
export type AuditSource =
  | {
      readonly kind: 'node'
      readonly ask: (input: Input<'ledger.blocks'>) => Promise<BlocksView>
      /** PeerId of whose blocks are wanted; else those of the node that is asked. */
      readonly peer?: string
    }
  /** Exported files, the first from height 1, each of the others from where the one before ends. */
  | { readonly kind: 'files'; readonly paths: readonly string[] }

export interface OpenSource {
  readonly genesis: Genesis
  readonly blocks: AsyncIterable<CertifiedBlock>
  /** What whoever serves them says of the end; null where there is nobody. */
  readonly said: { readonly height: number; readonly stateRoot: string | null } | null
}

export async function openSource(source: AuditSource): Promise<OpenSource> {
  if (source.kind === 'node') {
    const { peer } = source
    const from = await readNodeBlocks(source.ask, {
      from: 1,
      ...(peer === undefined ? {} : { peer })
    })
    return { genesis: from.genesis, blocks: from.blocks, said: from }
  }
  const [first, ...rest] = source.paths
  if (first === undefined) throw new Error('an audit of files needs one at least')
  const { genesis, network, from, blocks } = await openExportFile(first)
  return { genesis, blocks: joined({ network, from, blocks }, rest), said: null }
}

type Part = Pick<Awaited<ReturnType<typeof openExportFile>>, 'network' | 'from' | 'blocks'>

async function* joined(first: Part, rest: readonly string[]): AsyncGenerator<CertifiedBlock> {
  let height = 1
  let part: Part = first
  for (let at = 0; ; at++) {
    if (part.network !== first.network) {
      const message = `${rest[at - 1]} is of network ${part.network}, the first file of ${first.network}`
      throw new ExportError('EXPORT_GENESIS', { part: 'genesis', height }, message)
    }
    if (part.from !== height) {
      const message = `it begins at height ${part.from}, block ${height} is next: give all files from height 1 on, in order`
      throw new ExportError('EXPORT_PARTIAL', { part: 'beginning', height }, message)
    }
    for await (const certified of part.blocks) {
      yield certified
      height += 1
    }
    const next = rest[at]
    if (next === undefined) return
    part = await openExportFile(next)
  }
}
