import type { MachineView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { countersIn } from '../guest.ts'
import { BUYER, MACHINE } from '../participants.ts'
import type { Scene } from '../scene.ts'

/** memory to disk. */
export async function suspendMachine(scene: Scene): Promise<void> {
  const { shell, say, figures, seen } = scene
  const before = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  const printed = await shell.show(BUYER, 'console', MACHINE, '-t', 'serial', '--seconds', '3')
  seen.counter = Math.max(0, ...countersIn(printed.stdout))
  check(say, 'the counter goes on', seen.counter >= 3, `counter ${seen.counter}`)
  const ran = await shell.show(BUYER, 'machine', 'suspend', MACHINE)
  figures.add('suspend', ran.ms / 1000, 's')
  const machine = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  checkEqual(say, 'the machine is', machine.state, 'suspended')
  checkEqual(say, 'its version grew by one, to', machine.version, before.version + 1)
  check(say, 'its content is sealed', machine.root !== null, `root ${machine.root ?? 'missing'}`)
  seen.suspendedVersion = machine.version
  seen.root = machine.root
}
