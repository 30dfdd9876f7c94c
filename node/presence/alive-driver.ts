import { isSilent, type Uuid } from '../../ledger/index.ts'
import { within } from '../network/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import { isAliveTime } from './alive.ts'

export interface AliveOptions {
  readonly host: Uuid
  readonly replica: Replica
  /** The host's own. */
  readonly submitter: Submitter
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/**
 * Sends the host's alive record of each period, one at a time. Every final block is a reason to look; without
 * blocks there is no ledger that could hear. Returns what ends it.
 */
export function startAlive(options: AliveOptions): () => void {
  const { host: uuid, replica } = options
  const stopping = new AbortController()
  let sending = false
  let refusedBefore = false

  async function send(): Promise<void> {
    const state = replica.state()
    const host = state.host(uuid)
    if (host === undefined || !isAliveTime(state, host)) return
    const wasSilent = isSilent(state, host)
    const { alivePeriodMs } = state.genesis.parameters
    const told = await within(alivePeriodMs, stopping.signal, signal =>
      options.submitter.submit({ type: 'alive', height: state.height }, signal)
    )
    if (stopping.signal.aborted) return
    if (told.ok && wasSilent) options.log('the ledger hears this host again: its clocks go on')
    // It is tried again at the next block: once said is enough.
    if (!told.ok && !refusedBefore)
      options.log(`the ledger did not hear this host: ${told.message}`)
    refusedBefore = !told.ok
  }

  const look = (): void => {
    if (sending) return
    sending = true
    void send()
      .catch((error: unknown) => options.log(`no alive record was sent: ${String(error)}`))
      .finally(() => {
        sending = false
      })
  }
  const forget = replica.onFinal(look)
  look()
  return () => {
    forget()
    stopping.abort(new Error('the node stops'))
  }
}
