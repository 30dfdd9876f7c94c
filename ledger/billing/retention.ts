import type { MachineRecord } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { freeUp } from './capacity.ts'

/** What a move leaves behind at its origin: of the machine's room only that of the disk stays taken. */
export function keepCopy(
  draft: Draft,
  machine: MachineRecord,
  origin: string
): Pick<MachineRecord, 'retained'> {
  freeUp(draft, origin, { ...machine.configuration, storageMb: 0 })
  return {
    retained: { host: origin, untilMs: draft.timeMs + draft.genesis.parameters.retentionMs }
  }
}

/** The machine without its retained copy, whose room is free again. The caller saves it. */
export function letCopyGo(draft: Draft, machine: MachineRecord): MachineRecord {
  if (machine.retained === null) return machine
  const { storageMb } = machine.configuration
  freeUp(draft, machine.retained.host, { speed: 0, memoryMb: 0, storageMb })
  return { ...machine, retained: null }
}
