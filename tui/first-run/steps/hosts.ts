import type { OfferView, PeerView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { HOST_TOTALS, HOSTS, OBSERVER, PARTICIPANTS } from '../participants.ts'
import type { Scene } from '../scene.ts'
import { until } from '../until.ts'

/** Discovery walks the DHT and gossip repeats itself within seconds. */
const DISCOVERY_PATIENCE_MS = 60_000

/** The one node that was named to it, and at least one that it found through the DHT. */
const PEERS_MIN = 2

/** nodes find each other; providers add a host each; the observer sees both offers. */
export async function addHosts(scene: Scene): Promise<void> {
  const { shell, say } = scene
  // The first look at a host boots a probe to see how machines run best: both at once save half of it.
  await Promise.all(HOSTS.map(host => shell.run(host.owner, 'host', 'facts')))
  for (const { name } of PARTICIPANTS) await findPeers(scene, name)
  for (const host of HOSTS) {
    await shell.show(host.owner, 'host', 'facts')
    await shell.show(host.owner, 'host', 'add', host.name, ...host.prices, ...HOST_TOTALS)
  }
  const names = HOSTS.map(host => host.name).toSorted()
  await until(
    `the observer hears the offers of ${names.join(' and ')}`,
    DISCOVERY_PATIENCE_MS,
    () => shell.ask<{ offers: OfferView[] }>(OBSERVER, 'offer', 'list'),
    ({ offers }) => names.every(name => offers.some(offer => offer.name === name && offer.online))
  )
  await shell.show(OBSERVER, 'offer', 'list')
  const { offers } = await shell.ask<{ offers: OfferView[] }>(OBSERVER, 'offer', 'list')
  const heard = offers.map(offer => offer.name).toSorted()
  checkEqual(say, 'the observer sees the offers of', heard.join(' and '), names.join(' and '))
}

async function findPeers({ shell, say }: Scene, name: string): Promise<void> {
  const { peers } = await until(
    `${name} finds the other nodes`,
    DISCOVERY_PATIENCE_MS,
    () => shell.ask<{ peers: PeerView[] }>(name, 'node', 'peers'),
    answer => answer.peers.length >= PEERS_MIN
  )
  check(say, `${name} found the others`, peers.length >= PEERS_MIN, `${peers.length} peers`)
}
