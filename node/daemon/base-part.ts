import { join } from 'node:path'
import type { Genesis } from '../../ledger/index.ts'
import { systemClock } from '../clock.ts'
import { loadConfig, loadGenesis, type NodeConfig } from '../config/index.ts'
import { type DataLayout, dataLayout } from '../data-dir/index.ts'
import { type EventLog, openEventLog } from '../events/index.ts'
import { type Identity, loadIdentity } from '../identity/index.ts'
import { jsonValues, openStore, type Store } from '../store/index.ts'
import type { Undo } from './undo.ts'

export interface BaseOptions {
  readonly dir: string
  readonly password: string
  /** One line for the log on stderr. */
  readonly onLog: (line: string) => void
}

export type Log = (message: string, fields?: Record<string, string>) => void

/** What every part of a node stands on: who it is, where it keeps things, and where it tells what happens. */
export interface BasePart {
  readonly layout: DataLayout
  readonly config: NodeConfig
  readonly genesis: Genesis
  readonly identity: Identity
  readonly store: Store
  readonly events: EventLog
  readonly log: (topic: string) => Log
}

/** Throws the typed errors of configuration, identity and store. */
export async function openBase(options: BaseOptions, undo: Undo): Promise<BasePart> {
  const layout = dataLayout(options.dir)
  const config = await loadConfig(layout.config)
  const genesis = await loadGenesis(join(layout.dir, config.genesis))
  const identity = await loadIdentity({ dir: layout.identity, password: options.password })
  const store = undo.later(await openStore(layout.store), each => each.close())
  const events = undo.later(
    await openEventLog({
      records: store.records('events', jsonValues()),
      clock: systemClock,
      kept: config.limits.eventsKept,
      onError: error => options.onLog(`the event log cannot be written: ${String(error)}`)
    }),
    each => each.close()
  )
  return { layout, config, genesis, identity, store, events, log: loggerOf(events, options) }
}

/** Every line goes to the node's event log and to stderr. */
function loggerOf(events: EventLog, options: BaseOptions): (topic: string) => Log {
  return topic => (message, fields) => {
    events.append(topic, message, fields ?? {})
    const details = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`)
    options.onLog(`${topic}: ${message}${details.join('')}`)
  }
}
