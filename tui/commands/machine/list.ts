import type { MachineView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { type Column, formatId, formatTable } from '../../format/index.ts'

export async function listMachines(context: Context): Promise<void> {
  const answer = await context.call('machine.list', { all: context.flags.on('all') })
  context.output.result({
    json: answer,
    text: () =>
      answer.machines.length === 0
        ? 'No machines. See what there is: virtuoso market browse'
        : formatTable(COLUMNS, answer.machines)
  })
}

const COLUMNS: readonly Column<MachineView>[] = [
  { title: 'MACHINE', cell: machine => machine.name },
  { title: 'ID', cell: machine => formatId(machine.uuid) },
  { title: 'STATE', cell: machine => machine.state },
  { title: 'VERSION', align: 'right', cell: machine => String(machine.version) },
  { title: 'HOST', cell: machine => machine.holder?.name ?? '-' },
  { title: 'BOGOMIPS', align: 'right', cell: ({ configuration }) => String(configuration.speed) },
  {
    title: 'MEMORY MB',
    align: 'right',
    cell: ({ configuration }) => String(configuration.memoryMb)
  },
  {
    title: 'DISK MB',
    align: 'right',
    cell: ({ configuration }) => String(configuration.storageMb)
  },
  { title: 'STORAGE $', cell: machine => machine.contract?.storageText ?? bidStorage(machine) },
  { title: 'RUNNING $', cell: machine => machine.contract?.runningText ?? bidRunning(machine) }
]

function bidStorage({ bid }: MachineView): string {
  return `asks ${bid.storagePer30Days} / 30 days`
}

function bidRunning({ bid }: MachineView): string {
  return `asks ${bid.runningPerHour} / 3600 seconds`
}
