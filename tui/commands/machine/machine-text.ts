import type { MachineView } from '../../../node/client.ts'
import { formatFields, formatTime } from '../../format/index.ts'

/** One machine in full, with the actions that are legal now. */
export function describeMachine(machine: MachineView): string {
  const { configuration, bid, contract, holder, migration, halt, graceEndsMs } = machine
  const legal = machine.actions.filter(each => each.reason === null)
  return formatFields([
    ['Machine', `${machine.name}  ${machine.uuid}`],
    ['State', machine.state],
    ['Version', String(machine.version)],
    ['Host', holder === null ? '' : `${holder.name}  ${holder.uuid}`],
    ['Silent', holder?.silent === true ? 'the host is not heard: running costs nothing now' : ''],
    [
      'Unsealed',
      machine.state === 'stopped' && !machine.sealed
        ? 'released; its host has not said yet what the disk is now'
        : ''
    ],
    ['Copy kept at', machine.copyAt?.name ?? ''],
    ['Evicted from', graceEndsMs === null ? '' : formatTime(graceEndsMs)],
    ['Configuration', configuration.name === machine.name ? '' : configuration.name],
    [
      'Shape',
      `${configuration.processor}, ${configuration.speed} bogomips, ${configuration.memoryMb} MB memory, ${configuration.storageMb} MB disk`
    ],
    ['System', configuration.os],
    ['Bid', `$ ${bid.storagePer30Days} per 30 days, $ ${bid.runningPerHour} per hour`],
    ['Storage price', contract === null ? '' : `$ ${contract.storageText}`],
    ['Running price', contract === null ? '' : `$ ${contract.runningText}`],
    ['Next storage debit', machine.storageDueMs === null ? '' : formatTime(machine.storageDueMs)],
    ['Next running debit', machine.runningDueMs === null ? '' : formatTime(machine.runningDueMs)],
    [
      'Spent running',
      machine.spendLimit === null ? '' : `$ ${machine.spent} of at most $ ${machine.spendLimit}`
    ],
    ['Halted', halt === null ? '' : `${haltReason(halt.reason)} since ${formatTime(halt.atMs)}`],
    [
      'Moving',
      migration === null ? '' : `${migration.origin.name} to ${migration.destination.name}`
    ],
    ['Content root', machine.root ?? ''],
    ['Operation', machine.operation ?? ''],
    ['Can', legal.map(each => each.action).join(', ')]
  ])
}

/** One line after something was done: `web1 is running on virt17, version 1`. */
export function describeOutcome(machine: MachineView): string {
  const where = machine.holder === null ? '' : ` on ${machine.holder.name}`
  return `${machine.name} is ${machine.state}${where}, version ${machine.version}`
}

function haltReason(reason: 'unpaid' | 'limit'): string {
  return reason === 'unpaid' ? 'the balance ran out' : 'the spend limit was reached'
}
