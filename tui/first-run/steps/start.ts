import type { MachineView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { readFileInGuest, writeFileInGuest } from '../guest.ts'
import { BUYER, MACHINE } from '../participants.ts'
import type { Scene } from '../scene.ts'

/** Emulated on a busy computer, Linux may take this long. */
const BOOT_SECONDS = '90'

/** the guest boots; its counter is in memory, its file on the disk. */
export async function startMachine(scene: Scene): Promise<void> {
  const { shell, say, figures } = scene
  const begunMs = performance.now()
  await shell.show(BUYER, 'machine', 'start', MACHINE)
  const console = ['console', MACHINE, '-t', 'serial', '--seconds', BOOT_SECONDS]
  await shell.show(BUYER, ...console, '--until', 'virtuoso ready')
  figures.add('start-to-prompt', (performance.now() - begunMs) / 1000, 's')
  const machine = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  checkEqual(say, 'the machine is', machine.state, 'started')
  await shell.show(BUYER, ...console, '--until', 'counter 3')
  check(say, 'the guest counts in its memory', true, 'counter 3')
  await writeFileInGuest(scene)
  check(say, 'the guest keeps a file on its disk', await readFileInGuest(scene), '/disk/note.txt')
}
