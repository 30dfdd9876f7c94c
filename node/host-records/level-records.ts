import type { Execution } from '../../protocols/order/index.ts'
import type { DestinationJournal, OriginJournal } from '../../protocols/vmmp/index.ts'
import type { Terms } from '../offers/index.ts'
import { jsonValues, moneyValues, type RecordStore, type Store } from '../store/index.ts'
import type { HostMachine, HostRecords, MoveJournals } from './host-records.ts'

export interface HostBooks {
  readonly records: HostRecords
  readonly journals: MoveJournals
  loadTerms(): Promise<Terms | undefined>
  saveTerms(terms: Terms): Promise<void>
}

const TERMS_KEY = 'terms'

/** What a host writes down, each kind in its own space of the store; every write is synced. */
export function openHostBooks(store: Store): HostBooks {
  const machines = store.records<HostMachine>('host-machines', jsonValues())
  const executions = store.records<Execution>('host-executions', moneyValues())
  const arrivals = store.records<DestinationJournal>('host-arrivals', moneyValues())
  const departures = store.records<OriginJournal>('host-departures', moneyValues())
  const terms = store.records<Terms>('host', moneyValues())
  return {
    records: {
      machines: () => all(machines),
      machine: uuid => machines.get(uuid),
      putMachine: record => machines.put(record.machine, record),
      removeMachine: uuid => machines.delete(uuid),
      executions: () => all(executions),
      putExecution: execution => executions.put(execution.order.order.machine, execution),
      removeExecution: machine => executions.delete(machine)
    },
    journals: {
      origins: () => all(departures),
      putOrigin: journal => departures.put(journal.machine, journal),
      removeOrigin: machine => departures.delete(machine),
      destinations: () => all(arrivals),
      putDestination: journal => arrivals.put(journal.req.machine, journal),
      removeDestination: machine => arrivals.delete(machine)
    },
    loadTerms: () => terms.get(TERMS_KEY),
    saveTerms: value => terms.put(TERMS_KEY, value)
  }
}

async function all<T>(store: RecordStore<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const [, value] of store.entries()) found.push(value)
  return found
}
