import type { EventView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { formatTime } from '../../format/index.ts'

/** The log has no end mark: when nothing arrives for so long, what there was has been shown. */
const QUIET_MS = 400

export async function showEvents(context: Context): Promise<void> {
  const { flags, output } = context
  const follow = flags.on('follow')
  const from = flags.whole('from', 0) ?? 0
  const client = await context.client()
  const done = new AbortController()
  const stopListening = context.world.onInterrupt(() => done.abort())
  const quiet = follow ? undefined : setTimeout(() => done.abort(), QUIET_MS)
  const show = (event: EventView): void => {
    quiet?.refresh()
    output.item(event, describeEvent(event))
  }
  try {
    await client.events(from, show, AbortSignal.any([done.signal, context.signal]))
  } finally {
    clearTimeout(quiet)
    stopListening()
  }
}

/** `2026-11-23 05:49:00  ledger  block 12 is final  height=12`. */
export function describeEvent(event: EventView): string {
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${String(value)}`)
  return [formatTime(event.atMs), event.topic, event.message, ...fields].join('  ')
}
