import type { NodeStatus } from '../../node/client.ts'
import { BUYER, PARTICIPANTS } from './participants.ts'
import type { Scene } from './scene.ts'

const COLD_STARTS = 5

/** Figures that are read at the end: memory of each node, cold start of the command. */
export async function measure(scene: Scene): Promise<void> {
  const { shell, figures } = scene
  for (const { name } of PARTICIPANTS) {
    const status = await shell.ask<NodeStatus>(name, 'node', 'status')
    figures.add(`memory of ${name}`, status.rssBytes / 1024 ** 2, 'MiB')
  }
  figures.add('cold start of the command (--version)', await medianMs(scene, '--version'), 'ms')
  const asking = await medianMs(scene, 'node', 'status')
  figures.add('command that asks the node (node status)', asking, 'ms')
}

async function medianMs({ shell }: Scene, ...args: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < COLD_STARTS; run++) times.push((await shell.run(BUYER, ...args)).ms)
  return times.toSorted((a, b) => a - b)[Math.floor(COLD_STARTS / 2)] ?? 0
}
