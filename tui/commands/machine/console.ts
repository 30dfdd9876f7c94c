import type { Duplex } from 'node:stream'
import { type Context, positional } from '../../cli/index.ts'
import { decodeEscapes, printConsole } from './console-script.ts'
import { attachTerminal } from './console-terminal.ts'

/** Raw on a terminal, a printer in a pipe. */
export async function openConsole(context: Context): Promise<void> {
  const { flags, world } = context
  flags.oneOf('type', ['serial'])
  const until = flags.text('until')
  const seconds = flags.seconds('seconds')
  const send = flags.text('send')
  const bytes = send === undefined ? undefined : decodeEscapes(send)
  const client = await context.client()
  const stream: Duplex = await client.console(positional(context, 0), 'serial')
  try {
    if (bytes !== undefined) stream.write(bytes)
    const scripted = until !== undefined || seconds !== undefined
    if (world.stdin.isTTY === true && !scripted) await attachTerminal(context, stream)
    else await printConsole(context, stream, { until, seconds })
  } finally {
    stream.destroy()
  }
}
