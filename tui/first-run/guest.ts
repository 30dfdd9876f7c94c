import { BUYER, MACHINE } from './participants.ts'
import type { Scene } from './scene.ts'

/** Written to the guest's disk by a sum, so that the guest's echo of what we typed is not the answer. */
const WRITTEN = 'kept-$((40+2))'
export const KEPT = 'kept-42'

/** A command for the guest's shell, with a mark after its output that stands nowhere in what was typed. */
function typed(command: string, serial: number): { send: string; until: string } {
  return { send: `\\n${command}; echo end-$((${serial}-1))-\\n`, until: `end-${serial - 1}-` }
}

/** Types a command into the serial console and returns what was printed. */
export async function typeIntoGuest(scene: Scene, command: string): Promise<string> {
  // A number of its own, for the console begins with the last lines of before.
  const serial = Math.floor(performance.now())
  const { send, until } = typed(command, serial)
  const args = ['console', MACHINE, '-t', 'serial', '--send', send, '--until', until]
  const ran = await scene.shell.show(BUYER, ...args, '--seconds', '30')
  return ran.stdout
}

export function writeFileInGuest(scene: Scene): Promise<string> {
  return typeIntoGuest(scene, `echo "${WRITTEN}" > /disk/note.txt; sync`)
}

export async function readFileInGuest(scene: Scene): Promise<boolean> {
  const printed = await typeIntoGuest(scene, 'echo "note: $(cat /disk/note.txt)"')
  return printed.includes(`note: ${KEPT}`)
}

/** Numbers of the guest's counter in what a console printed; a cut first or last line is left out. */
export function countersIn(printed: string): readonly number[] {
  return [...printed.matchAll(/counter (\d+)\r?\n/g)].map(match => Number(match[1]))
}

/** Lines that tell that the guest was booted rather than resumed. */
export function bootsIn(printed: string): number {
  return [...printed.matchAll(/virtuoso ready/g)].length
}
