/** Whether the ledger is as far ahead as a peer says: for a node that leaves its place a bare word is not enough. */
import {
  type Light,
  membersOf,
  type PublicKey,
  type Tip,
  takeHandOver,
  takeHead
} from '../../ledger/index.ts'
import { askEpochs, askSnapshots } from '../../protocols/ledger/index.ts'
import type { Clock } from '../clock.ts'
import { type Network, within } from '../network/index.ts'
import type { Replica } from './replica.ts'

export interface ProvenLagOptions {
  readonly network: Pick<Network, 'open'>
  readonly replica: Replica
  readonly clock: Clock
}

const IDLE_MS = 3_000
/** For all answers together: hand-overs of some years come within it. */
const ASKING_MS = 20_000

/** What a node believes that has checked all up to here itself. */
export function lightOf(tip: Tip): Light {
  const { network, epoch } = tip.state
  return { network, epoch: epoch.epoch, members: membersOf(tip), past: null, head: null }
}

/** By how many blocks this node is behind a young header that the peer can show; 0 where it shows none. */
export function provenLag(
  options: ProvenLagOptions,
  peer: PublicKey,
  stopping: AbortSignal
): Promise<number> {
  return within(ASKING_MS, stopping, signal => ask(options, peer, signal))
}

async function ask(
  { network, replica, clock }: ProvenLagOptions,
  peer: PublicKey,
  signal: AbortSignal
): Promise<number> {
  const { crypto } = replica.context
  const waiting = { signal, idleMs: IDLE_MS }
  const open = () => network.open('ledger', peer, { signal })
  let light = lightOf(replica.tip)
  for (;;) {
    const reply = await askEpochs(await open(), light.epoch, waiting)
    if (reply.kind === 'refused') return 0
    if (reply.handOvers.length === 0) break
    for (const certified of reply.handOvers) {
      const step = takeHandOver(light, certified, crypto)
      if (!step.ok) return 0
      light = step.light
    }
  }
  const reply = await askSnapshots(await open(), waiting)
  if (reply.kind === 'refused') return 0
  const step = takeHead(light, reply.head, crypto, clock.nowMs())
  return step.ok ? Math.max(0, reply.head.header.height - replica.state().height) : 0
}
