import { type Context, classified } from '../../cli/index.ts'
import { formatTime } from '../../format/index.ts'
import { VERSION } from '../../version.ts'
import { IDENTITY_CLASSES, passwordOf } from '../identity/index.ts'
import { CONFIG_CLASSES } from './refusals.ts'

/** The daemon in the foreground, until SIGINT, SIGTERM or `virtuoso node stop`. */
export async function runInForeground(context: Context): Promise<void> {
  const { output, dir, world } = context
  const password = await passwordOf(context, 'known')
  const stop = new AbortController()
  const end = (): void => stop.abort()
  const stopListening = world.onInterrupt(end)
  context.signal.addEventListener('abort', end, { once: true })
  const { runNode, systemClock } = await import('../../../node/index.ts')
  try {
    await runNode({
      dir,
      password,
      version: VERSION,
      signal: stop.signal,
      images: world.env['VIRTUOSO_IMAGES'] || undefined,
      onReady: listening => {
        output.item(listening, `ready: ${listening.socket}  ${listening.addresses.join(' ')}`)
      },
      onLog: line => output.note(`${formatTime(systemClock.nowMs())}  ${line}`)
    })
  } catch (error) {
    throw classified(error, { ...IDENTITY_CLASSES, ...CONFIG_CLASSES })
  } finally {
    context.signal.removeEventListener('abort', end)
    stopListening()
  }
}
