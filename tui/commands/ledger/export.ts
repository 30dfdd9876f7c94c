import { resolve } from 'node:path'
import { type Context, classified, positional } from '../../cli/index.ts'
import { formatBytes } from '../../format/index.ts'
import { EXPORT_CLASSES } from './refusals.ts'

export async function exportBlocks(context: Context): Promise<void> {
  const { flags, output, world } = context
  const file = positional(context, 0)
  const from = flags.whole('from') ?? 1
  const to = flags.whole('to')
  const peer = flags.text('peer')
  const { exportLedger } = await import('../../../node/index.ts')
  try {
    const exported = await exportLedger({
      ask: input => context.call('ledger.blocks', input),
      from,
      ...(to === undefined ? {} : { to }),
      ...(peer === undefined ? {} : { peer }),
      into: file === '-' ? piece => written(world.stdout, piece) : resolve(file)
    })
    const text = `${file}: blocks ${exported.from} to ${exported.to}, ${formatBytes(exported.bytes)}`
    if (file === '-') output.note(text)
    else output.result({ json: { file: resolve(file), ...exported }, text: () => text })
  } catch (error) {
    throw classified(error, EXPORT_CLASSES)
  }
}

/** Resolves when the next piece may come: a slow reader holds us back. */
function written(sink: Context['world']['stdout'], piece: Uint8Array): Promise<void> {
  if (sink.write(piece) !== false || !('once' in sink)) return Promise.resolve()
  const stream = sink as unknown as NodeJS.WritableStream
  return new Promise(go => stream.once('drain', () => go()))
}
