import { connect, type NodeStatus } from '../../node/client.ts'
import { BUYER, CONFIGURATION, PARTICIPANTS } from './participants.ts'
import { dirOf, type Scene } from './scene.ts'

/** Odd, so that the median is one of them. */
const ROUNDS = 5

/** Figures that are read at the end: memory of each node, a commit, the cold start of the command. */
export async function measure(scene: Scene): Promise<void> {
  const { shell, figures } = scene
  for (const { name } of PARTICIPANTS) {
    const status = await shell.ask<NodeStatus>(name, 'node', 'status')
    figures.add(`node-rss/${name}`, status.rssBytes / 1024 ** 2, 'MiB')
  }
  figures.add('commit-latency', await median(() => commit(scene)), 'ms')
  figures.add('cli-cold-start/version', await median(() => time(scene, '--version')), 'ms')
  figures.add('cli-cold-start/status', await median(() => time(scene, 'node', 'status')), 'ms')
}

/** One record from the buyer's node to the coordinator and back as final, without a process start around it. */
async function commit({ dir, signal }: Scene): Promise<number> {
  const client = connect({ dir: dirOf(dir, BUYER) })
  const startedMs = performance.now()
  const asked = { configuration: CONFIGURATION, name: 'commit-latency' }
  const machine = await client.call('machine.create', asked, { signal })
  const tookMs = performance.now() - startedMs
  await client.call('machine.discard', { machine: machine.uuid }, { signal })
  return tookMs
}

async function time({ shell }: Scene, ...args: readonly string[]): Promise<number> {
  return (await shell.run(BUYER, ...args)).ms
}

async function median(measureOnce: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await measureOnce())
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}
