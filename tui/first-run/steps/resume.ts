import type { HostView, MachineView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { bootsIn, countersIn, KEPT, readFileInGuest } from '../guest.ts'
import { BUYER, CHEAP_HOST, DEAR_HOST, MACHINE } from '../participants.ts'
import type { Scene } from '../scene.ts'

/** The counter grows by one a second; the steps between resume and our look take less than this. */
const COUNTS_MAX = 120

/** it goes on where it was, is stopped, and everybody agrees on its version. */
export async function resumeMachine(scene: Scene): Promise<void> {
  const { shell, say, figures } = scene
  const ran = await shell.show(BUYER, 'machine', 'resume', MACHINE)
  figures.add('resume', ran.ms / 1000, 's')
  await checkCounter(scene)
  check(say, 'the file is on the disk at the new provider', await readFileInGuest(scene), KEPT)
  await shell.show(BUYER, 'machine', 'stop', MACHINE)
  await checkVersions(scene)
}

async function checkCounter({ shell, say, seen }: Scene): Promise<void> {
  const { stdout } = await shell.show(BUYER, 'console', MACHINE, '-t', 'serial', '--seconds', '4')
  const last = Math.max(0, ...countersIn(stdout))
  const goesOn = last > seen.counter && last < seen.counter + COUNTS_MAX && bootsIn(stdout) === 0
  check(say, `the counter goes on after ${seen.counter}, not from 1`, goesOn, `counter ${last}`)
}

async function checkVersions({ shell, say, seen }: Scene): Promise<void> {
  const machine = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  checkEqual(say, 'the machine is', machine.state, 'stopped')
  await shell.show(DEAR_HOST.owner, 'host', 'list')
  await shell.show(CHEAP_HOST.owner, 'host', 'list')
  const destination = await hostOf(shell, DEAR_HOST.owner)
  const held = destination.machines.find(each => each.uuid === machine.uuid)
  checkEqual(say, 'ledger and destination agree on version', held?.version, machine.version)
  const origin = await hostOf(shell, CHEAP_HOST.owner)
  const holdsNone = origin.machines.every(each => each.uuid !== machine.uuid)
  check(say, 'the origin no longer holds it', holdsNone, `${origin.machines.length} machines`)
  const cached = origin.cached.find(each => each.machine === machine.uuid)
  checkEqual(say, 'the origin kept the version that left', cached?.version, seen.suspendedVersion)
  check(
    say,
    'which is older now',
    seen.suspendedVersion < machine.version,
    `${seen.suspendedVersion} before ${machine.version}`
  )
}

async function hostOf(shell: Scene['shell'], owner: string): Promise<HostView> {
  const { hosts } = await shell.ask<{ hosts: HostView[] }>(owner, 'host', 'list')
  const local = hosts.find(host => host.local)
  if (local === undefined) throw new Error(`${owner} has no host`)
  return local
}
