import {
  contractIn,
  hostIn,
  purseOf,
  storageOwed,
  storagePeriodMs,
  transfer
} from '../billing/index.ts'
import { formatDollars } from '../money/index.ts'
import type { MachineRecord, Rejection } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'

/**
 * The machine with its storage paid up to now, before its owner takes it away or gives it up: a debt does not
 * end with the contract. All that is owed or nothing is paid; the caller saves the machine.
 */
export function settle(draft: Draft, machine: MachineRecord): MachineRecord | Rejection {
  const owed = storageOwed(machine, draft.timeMs)
  if (owed === 0n) return clearOfDebt(draft, machine)
  const provider = hostIn(draft, contractIn(machine).host).owner
  if (transfer(draft, purseOf(machine.owner), purseOf(provider), owed)) {
    return clearOfDebt(draft, machine)
  }
  const owner = draft.account(machine.owner)
  return reject(
    'STORAGE_OWED',
    `${formatDollars(owed)} dollars are owed for storing ${machine.uuid}, ${owner?.name} has ${formatDollars(owner?.balance ?? 0n)}`
  )
}

function clearOfDebt(draft: Draft, machine: MachineRecord): MachineRecord {
  const { storageUnpaidSinceMs } = machine.billing
  if (storageUnpaidSinceMs === null) return machine
  const periodMs = storagePeriodMs(contractIn(machine))
  const begun = Math.floor((draft.timeMs - storageUnpaidSinceMs) / periodMs) + 1
  const storageDueMs = storageUnpaidSinceMs + begun * periodMs
  return { ...machine, billing: { ...machine.billing, storageDueMs, storageUnpaidSinceMs: null } }
}
