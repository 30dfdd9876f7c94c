import type { NodeStatus } from '../../../node/client.ts'
import { Daemon } from '../daemon.ts'
import { dirOf, logOf, type Scene } from '../scene.ts'

/** Starts a participant's node as a process of its own; resolves when it answers. */
export async function startNode(scene: Scene, name: string): Promise<NodeStatus> {
  const { dir, program, env } = scene
  scene.say(`${name}$ virtuoso node run &\n`)
  const log = logOf(dir, name)
  const daemon = await Daemon.start({ program, dir: dirOf(dir, name), log, env })
  scene.daemons.set(name, daemon)
  const status = await daemon.ready(scene.signal)
  scene.say(`  ${name} runs as process ${status.pid}, its log is ${log}\n`)
  return status
}
