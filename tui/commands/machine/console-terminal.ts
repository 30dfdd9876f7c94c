import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Context } from '../../cli/index.ts'

/** Ctrl-], as telnet and virsh have it: no shell and no editor wants it. */
const LEAVE = 0x1d

/** Keys go to the machine as they are, until Ctrl-] or the machine ends the stream. */
export async function attachTerminal(context: Context, stream: Duplex): Promise<void> {
  const { stdin } = context.world
  context.output.note('Connected to the serial console. Ctrl-] leaves.')
  const left = new AbortController()
  const onKeys = (keys: Buffer): void => {
    const leaveAt = keys.indexOf(LEAVE)
    stream.write(leaveAt < 0 ? keys : keys.subarray(0, leaveAt))
    if (leaveAt >= 0) left.abort()
  }
  const onBytes = (bytes: Buffer): void => context.output.raw(bytes)
  stdin.setRawMode?.(true)
  stdin.on('data', onKeys)
  stream.on('data', onBytes)
  stdin.resume()
  try {
    await once(stream, 'close', { signal: AbortSignal.any([left.signal, context.signal]) })
  } catch (error) {
    if (!left.signal.aborted) throw error
  } finally {
    stream.off('data', onBytes)
    stdin.off('data', onKeys)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
  context.output.note(
    left.signal.aborted ? '\nLeft the console.' : '\nThe machine ended the console.'
  )
}
