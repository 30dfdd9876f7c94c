import type { Contract, MachineRecord, Picodollars } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { hostIn } from './capacity.ts'
import { saveMachine, storagePeriodMs } from './clocks.ts'
import { purseOf, transfer } from './transfer.ts'

/**
 * How long after an unmet storage charge it is tried again. Counted from the due and not from the block that
 * found it unmet, so that the moments of trial are the same however blocks are cut.
 */
export const STORAGE_RETRY_MS = 3_600_000

/**
 * Charges storage that is due. The host keeps the disk while a charge is unmet, so that time is owed: once
 * there is money, the periods begun since are charged one after another, each from where the last one ended.
 */
export function chargeStorage(draft: Draft, machine: MachineRecord, atMs: number): void {
  const beginsMs = payBegun(draft, machine, machine.billing.storageUnpaidSinceMs ?? atMs, atMs)
  const unpaid = beginsMs <= atMs
  saveMachine(draft, {
    ...machine,
    billing: {
      ...machine.billing,
      storageDueMs: unpaid ? atMs + STORAGE_RETRY_MS : beginsMs,
      storageUnpaidSinceMs: unpaid ? beginsMs : null
    }
  })
}

/** What has to be paid before the owner may take the machine away: the periods begun and not paid. */
export function storageOwed(machine: MachineRecord, nowMs: number): Picodollars {
  const { storageUnpaidSinceMs } = machine.billing
  if (storageUnpaidSinceMs === null) return 0n
  const contract = contractIn(machine)
  const periods = Math.floor((nowMs - storageUnpaidSinceMs) / storagePeriodMs(contract)) + 1
  return contract.storagePrice * BigInt(periods)
}

/**
 * Pays the storage periods begun from `fromMs` up to `untilMs` as far as the money goes. Returns the begin of
 * the first one that is not paid.
 */
export function payBegun(
  draft: Draft,
  machine: MachineRecord,
  fromMs: number,
  untilMs: number
): number {
  const contract = contractIn(machine)
  const periodMs = storagePeriodMs(contract)
  let beginsMs = fromMs
  while (beginsMs <= untilMs && payStorage(draft, machine, contract)) beginsMs += periodMs
  return beginsMs
}

/** One storage period to the provider. false: the owner has too little, nothing changed. */
export function payStorage(draft: Draft, machine: MachineRecord, contract: Contract): boolean {
  const provider = hostIn(draft, contract.host).owner
  return transfer(draft, purseOf(machine.owner), purseOf(provider), contract.storagePrice)
}

/** A machine that is charged for has a contract. */
export function contractIn(machine: MachineRecord): Contract {
  if (machine.contract === null) {
    throw new Error(
      `machine ${machine.uuid} (${machine.state}) has no contract to be charged under`
    )
  }
  return machine.contract
}
