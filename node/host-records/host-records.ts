import type { Hash, Uuid } from '../../ledger/index.ts'
import type { Execution } from '../../protocols/order/index.ts'
import type { DestinationJournal, OriginJournal } from '../../protocols/vmmp/index.ts'

/**
 * What a host remembers of one machine beside the VMM's files: which version it holds and why. The 2004
 * system kept the same in vm_list.virt and vm_version_list.virt (6.2.2).
 */
export interface HostMachine {
  readonly machine: Uuid
  /** `cached`: an older version kept after the machine moved away. */
  readonly role: 'holder' | 'cached'
  readonly version: number
  readonly root: Hash | null
  readonly bytes: number
  /** Of a cached one: when it moved away, by the ledger's time. */
  readonly cachedAtMs?: number
}

export interface HostRecords {
  machines(): Promise<readonly HostMachine[]>
  machine(uuid: Uuid): Promise<HostMachine | undefined>
  putMachine(record: HostMachine): Promise<void>
  removeMachine(uuid: Uuid): Promise<void>
  /** Orders under way, to be finished or undone after a crash. */
  executions(): Promise<readonly Execution[]>
  putExecution(execution: Execution): Promise<void>
  removeExecution(machine: Uuid): Promise<void>
}

/** Moves under way, as they survive a crash. */
export interface MoveJournals {
  origins(): Promise<readonly OriginJournal[]>
  putOrigin(journal: OriginJournal): Promise<void>
  removeOrigin(machine: Uuid): Promise<void>
  destinations(): Promise<readonly DestinationJournal[]>
  putDestination(journal: DestinationJournal): Promise<void>
  removeDestination(machine: Uuid): Promise<void>
}
