import type { MachineView, SearchView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { BUYER, CHEAP_HOST, CONFIGURATION, DEAR_HOST, HOSTS, MACHINE } from '../participants.ts'
import type { Scene } from '../scene.ts'
import { until } from '../until.ts'

const GOSSIP_PATIENCE_MS = 60_000

/** browse, register with a bid, search, store at the cheaper provider. */
export async function storeMachine(scene: Scene): Promise<void> {
  const { shell, say, figures } = scene
  await shell.show(BUYER, 'market', 'browse')
  const bid = ['--bid-storage', '3', '--bid-running', '0.2']
  await shell.show(BUYER, 'machine', 'create', CONFIGURATION, '--name', MACHINE, ...bid)
  const { matches } = await until(
    'the buyer can reach both hosts',
    GOSSIP_PATIENCE_MS,
    () => shell.ask<SearchView>(BUYER, 'machine', 'search', MACHINE),
    found => found.matches.filter(match => match.online).length >= HOSTS.length
  )
  await shell.show(BUYER, 'machine', 'search', MACHINE)
  const names = matches.map(match => match.name)
  const both = [CHEAP_HOST, DEAR_HOST].every(host => names.includes(host.name))
  check(say, 'both providers fit the bid', both, names.join(', '))
  const explained = matches.every(match => match.reasons.length > 0)
  check(say, 'the search says why each fits', explained, `${matches.length} explained`)
  const ran = await shell.show(BUYER, 'machine', 'store', MACHINE, '--cheapest')
  figures.add('store', ran.ms / 1000, 's')
  const machine = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  checkEqual(say, 'the machine is', machine.state, 'stored')
  checkEqual(say, 'its version is', machine.version, 1)
  checkEqual(say, 'the cheaper host holds it', machine.holder?.name, CHEAP_HOST.name)
}
