import type { AccountView, NodeStatus } from '../../../node/client.ts'
import { checkEqual } from '../check.ts'
import { Daemon } from '../daemon.ts'
import { BUYER, COORDINATOR, HOSTS, PARTICIPANTS, type Participant } from '../participants.ts'
import { dirOf, logOf, type Scene } from '../scene.ts'
import { until } from '../until.ts'

const GRANT = '1000'
/** A node dials its bootstrap address as soon as it has started. */
const CONNECT_PATIENCE_MS = 30_000

/** Step 1: keys, the development genesis, five processes, accounts with unique names. */
export async function makeIdentities(scene: Scene): Promise<void> {
  const [coordinator, ...others] = PARTICIPANTS
  if (coordinator === undefined) throw new Error('nobody takes part')
  await scene.shell.show(coordinator.name, ...initFlags(coordinator), '--dev-genesis')
  const status = await startNode(scene, coordinator.name)
  const bootstrap = reachableAt(status)
  const genesis = `${dirOf(scene.dir, COORDINATOR)}/genesis.json`
  for (const each of others) {
    const flags = [...initFlags(each), '--genesis', genesis, '--bootstrap', bootstrap]
    await scene.shell.show(each.name, ...flags)
  }
  await Promise.all(others.map(each => startNode(scene, each.name)))
  await openAccounts(scene)
}

function initFlags({ name, role }: Participant): readonly string[] {
  return ['node', 'init', '--name', name, '--role', role, '--listen', '/ip4/127.0.0.1/tcp/0']
}

function reachableAt({ addresses, peer }: NodeStatus): string {
  const [address] = addresses
  if (address === undefined) throw new Error('the coordinator listens nowhere')
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
}

async function startNode(scene: Scene, name: string): Promise<NodeStatus> {
  const { dir, program, env } = scene
  scene.say(`${name}$ virtuoso node run &\n`)
  const log = logOf(dir, name)
  const daemon = await Daemon.start({ program, dir: dirOf(dir, name), log, env })
  scene.daemons.set(name, daemon)
  const status = await daemon.ready(scene.signal)
  scene.say(`  ${name} runs as process ${status.pid}, its log is ${log}\n`)
  return status
}

async function openAccounts(scene: Scene): Promise<void> {
  const { shell, say, seen } = scene
  const providers = HOSTS.map(host => host.owner)
  for (const name of [BUYER, ...providers]) {
    const kind = providers.includes(name) ? 'provider' : 'buyer'
    await until(
      `${name} reaches the network`,
      CONNECT_PATIENCE_MS,
      () => shell.ask<NodeStatus>(name, 'node', 'status'),
      status => status.peers > 0 && !status.ledger.behind
    )
    await shell.show(name, 'account', 'open', name, '--kind', kind)
    const account = await shell.ask<AccountView>(name, 'account', 'show')
    seen.balances.set(name, account.balance)
    if (name === BUYER) checkEqual(say, 'the genesis granted the buyer', account.balance, GRANT)
  }
}
