import { readFile, rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CheckpointView } from '../../../node/client.ts'
import { type Context, classified, positional } from '../../cli/index.ts'
import { EXPORT_CLASSES } from './refusals.ts'

export async function makeCheckpoint(context: Context): Promise<void> {
  const height = context.flags.whole('height')
  const made = await context.call('ledger.checkpoint', height === undefined ? {} : { height })
  await give(context, made, context.flags.text('out'))
}

export async function cosign(context: Context): Promise<void> {
  const file = positional(context, 0)
  try {
    const cosigned = await context.call('ledger.cosign', { text: await readFile(file, 'latin1') })
    await give(context, cosigned, context.flags.text('out') ?? file)
  } catch (error) {
    throw classified(error, EXPORT_CLASSES)
  }
}

async function give(
  { output }: Context,
  view: CheckpointView,
  file: string | undefined
): Promise<void> {
  if (file === undefined) {
    output.result({ json: view, text: () => view.text.slice(0, -1) })
    return
  }
  // Others have put their names under it: a crash must not leave half of it.
  await writeFile(`${file}.new`, view.text)
  await rename(`${file}.new`, file)
  const { height, witnesses } = view
  const by = witnesses.length === 0 ? 'nobody yet' : witnesses.join(', ')
  output.result({
    json: { file: resolve(file), ...view },
    text: () => `${file}: height ${height}, cosigned by ${by}`
  })
}
