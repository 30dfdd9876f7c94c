import type { AccountView, NodeStatus } from '../../../node/client.ts'
import { checkEqual } from '../check.ts'
import {
  BUYER,
  COORDINATORS,
  FIRST_COORDINATOR,
  HOSTS,
  PARTICIPANTS,
  type Participant
} from '../participants.ts'
import { dirOf, type Scene } from '../scene.ts'
import { until } from '../until.ts'
import { startNode } from './nodes.ts'

const GRANT = '1000'
/** A node dials its bootstrap address as soon as it has started. */
const CONNECT_PATIENCE_MS = 30_000

/** keys, the development genesis with its four coordinators, a process for each node, accounts with unique names. */
export async function makeIdentities(scene: Scene): Promise<void> {
  const [first, ...others] = PARTICIPANTS
  if (first === undefined) throw new Error('nobody takes part')
  const members = await colleaguesOf(scene)
  await scene.shell.show(first.name, ...initFlags(first), '--dev-genesis', ...members)
  const bootstrap = reachableAt(await startNode(scene, first.name))
  const genesis = `${dirOf(scene.dir, FIRST_COORDINATOR)}/genesis.json`
  for (const each of others) {
    const flags = [...initFlags(each), '--genesis', genesis, '--bootstrap', bootstrap]
    await scene.shell.show(each.name, ...flags)
  }
  await Promise.all(others.map(each => startNode(scene, each.name)))
  await openAccounts(scene)
}

/** The genesis names every coordinator's key, so all have made theirs before. */
async function colleaguesOf({ shell }: Scene): Promise<readonly string[]> {
  const flags: string[] = []
  for (const name of COORDINATORS) {
    if (name === FIRST_COORDINATOR) continue
    await shell.show(name, 'id', 'new')
    const { node } = await shell.ask<{ node: string }>(name, 'id', 'show')
    flags.push('--coordinator', `${name}=${node}`)
  }
  return flags
}

function initFlags({ name, role }: Participant): readonly string[] {
  return ['node', 'init', '--name', name, '--role', role, '--listen', '/ip4/127.0.0.1/tcp/0']
}

function reachableAt({ addresses, peer }: NodeStatus): string {
  const [address] = addresses
  if (address === undefined) throw new Error('the coordinator listens nowhere')
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
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
