/** The move of 2004: an unchanged, suspended machine of 1.1 GB, from the command to the final COMMIT, on a market of real nodes. */
import { debianMini } from '../../support/debian-mini.ts'
import { addHost, Lab } from '../../support/lab.ts'
import { median } from '../row.ts'
import { type MoveRow, moveRow } from './rows.ts'

const STORAGE_MB = 1_100
const TIMES = 4
/** The 2004 text had 5 s, over a network of 100 Mbit/s. */
const GOAL_S = 0.5

export async function measureMarketMove(): Promise<readonly MoveRow[]> {
  const lab = await Lab.open({ images: (await debianMini()).folder })
  try {
    const maria = await lab.join('maria', { role: 'buyer' })
    for (const [name, host] of [
      ['alex', 'virt17'],
      ['peter', 'virt13']
    ] as const) {
      const node = await lab.join(name, { role: 'provider', vmm: { kind: 'qemu' } })
      await addHost(node, host, [maria], { storageMb: 4_000 })
    }
    await maria.ask(
      `machine create debian-mini --name web1 --storage ${STORAGE_MB} --bid-storage 10 --bid-running 1`
    )
    await maria.ask('machine store web1 --host virt17')
    await maria.ask('machine start web1')
    await maria.virtuoso('console web1 -t serial --seconds 60 --until counter')
    await maria.ask('machine suspend web1')
    const first = await timed(() => moveTo(lab, 'virt13'))
    const seconds = []
    for (let nth = 0; nth < TIMES; nth++) {
      const host = nth % 2 === 0 ? 'virt17' : 'virt13'
      seconds.push(await timed(() => moveTo(lab, host)))
      process.stderr.write('.')
    }
    const command = await timed(() => maria.ask('machine move web1 --host virt17'))
    return [
      moveRow('first move, command to final COMMIT', 'commit', 'cached', first, 's'),
      moveRow(
        'unchanged, command to final COMMIT',
        'commit',
        'cached',
        median(seconds),
        's',
        GOAL_S
      ),
      moveRow('the same with the start of the command', 'commit', 'cached', command, 's')
    ]
  } finally {
    await lab.close()
  }
}

async function moveTo(lab: Lab, host: string): Promise<void> {
  const maria = lab.node('maria')
  const ended = await maria.carry(maria.client.call('machine.move', { machine: 'web1', host }))
  if (ended.state !== 'succeeded')
    throw new Error(`the move ${ended.state}: ${ended.error?.message}`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return (performance.now() - beganMs) / 1000
}
