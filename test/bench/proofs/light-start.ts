/**
 * A reader who replays nothing, from making its keys and its libp2p node to the first balance that it has verified, on a
 * ledger of 10,000 blocks and 20 epochs that a node serves from its store: dial, noise, hand-overs, the head, the proof.
 */
import '../../../node/polyfill.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  accountCodec,
  type CertifiedHeader,
  certifiedHeaderCodec,
  chainContext,
  decodeAs,
  encodeAs,
  type Genesis,
  genesisTip,
  type Light,
  type LightStep,
  lightFrom,
  networkOf,
  readProof,
  type StateQuery,
  takeHandOver,
  takeHead
} from '../../../ledger/index.ts'
import { systemClock } from '../../../node/clock.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createIdentity } from '../../../node/identity/index.ts'
import { createNetwork, type Network } from '../../../node/network/index.ts'
import { Replica, serveLedgerProtocol } from '../../../node/replica/index.ts'
import { openStore } from '../../../node/store/index.ts'
import { askEpochs, askRead } from '../../../protocols/ledger/index.ts'
import { Crowd } from '../ledger/crowd.ts'
import { median, type Row, row } from '../row.ts'
import { CertifiedChain, genesisOf } from './certified-chain.ts'

const BLOCKS = 10_000
const EPOCHS = 20
const ACCOUNTS = 1_000
const STARTS = 9
/** Of issue 5. */
const GOALS = { ms: 2_000, bytes: 1_000_000 }

interface Started {
  readonly ms: number
  readonly bytes: number
  readonly balance: bigint
  readonly epoch: number
}

export async function lightStart(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-light-'))
  const store = await openStore(join(dir, 'store'))
  const genesis = genesisOf({
    expiryHeightsMax: 100_000,
    election: {
      epochBlocks: BLOCKS / EPOCHS,
      epochMs: 2 ** 40,
      tallyBlocks: 100,
      bond: 1n,
      turnoutPercent: 10,
      sizeMax: 4,
      silenceViews: 1_000
    }
  })
  const server = await networkIn(join(dir, 'server'), genesis, [])
  try {
    const context = chainContext(genesis, nodeCrypto, () => true)
    const replica = new Replica(context, store.chain, genesisTip(genesis, nodeCrypto))
    const account = await grow(replica, genesis)
    await serveLedgerProtocol({
      network: server,
      replica,
      courier: { deliver: async () => [] },
      keeper: store.chain.snapshots,
      clock: systemClock
    })
    const starts: Started[] = []
    for (let start = 0; start < STARTS; start++) {
      const begunMs = performance.now()
      const reader = await networkIn(join(dir, `reader-${start}`), genesis, server.addresses())
      const peer = { key: server.key, addresses: server.addresses() }
      const first = await firstBalance(reader, peer, genesis, account)
      starts.push({ ...first, ms: performance.now() - begunMs })
      await reader.stop()
    }
    const name = `proofs/light/${replica.state().height}-blocks-${starts[0]?.epoch}-epochs`
    return [
      row(`${name}/first-balance-p50`, median(starts.map(({ ms }) => ms)), 'ms', GOALS.ms),
      row(`${name}/first-balance-max`, Math.max(...starts.map(({ ms }) => ms)), 'ms', GOALS.ms),
      row(`${name}/received`, Math.max(...starts.map(({ bytes }) => bytes)), 'B', GOALS.bytes)
    ]
  } finally {
    await server.stop()
    await store.close()
    await rm(dir, { recursive: true })
  }
}

/** Up to now, so that the head is young. Gives the id of one of the accounts. */
async function grow(replica: Replica, genesis: Genesis): Promise<string> {
  const chain = new CertifiedChain(genesis)
  const openings = new Crowd(genesis, ACCOUNTS).openings(0)
  await replica.append(chain.add(openings))
  while (chain.tip.state.height < BLOCKS) await replica.append(chain.add([]))
  // The first block of the last epoch: made now, it is the head for the next 30 s.
  await replica.append(chain.add([], Date.now() + 20_000))
  const [opening] = openings
  if (opening === undefined) throw new Error('nobody has an account')
  return opening.transaction.signer.id
}

async function firstBalance(
  network: Network,
  { key, addresses }: { readonly key: string; readonly addresses: readonly string[] },
  genesis: Genesis,
  account: string
): Promise<Omit<Started, 'ms'>> {
  const signal = AbortSignal.timeout(60_000)
  let bytes = 0
  let light = lightFrom(genesis, nodeCrypto)
  for (let more = true; more; ) {
    const stream = await network.open('ledger', key, { addresses, signal })
    const answer = await askEpochs(stream, light.epoch, { signal })
    if (answer.kind === 'refused') throw new Error(answer.message)
    for (const handOver of answer.handOvers) {
      bytes += sizeOf(handOver)
      light = taken(takeHandOver(light, handOver, nodeCrypto))
    }
    more = answer.handOvers.length > 0
  }
  const query: StateQuery = { kind: 'key', key: `account/${account}` }
  const stream = await network.open('ledger', key, { addresses, signal })
  const answer = await askRead(stream, { afterHeight: 0, queries: [query] }, { signal })
  if (answer.kind === 'refused') throw new Error(answer.message)
  bytes += sizeOf(answer.head) + answer.proof.length
  light = taken(takeHead(light, answer.head, nodeCrypto, Date.now()))
  return { bytes, ...balanceIn(light, answer.proof, query) }
}

function balanceIn(light: Light, proof: Uint8Array, query: StateQuery) {
  const shown = readProof(proof, light.head?.stateRoot ?? '', nodeCrypto)
  const answer = shown.ok ? shown.state.answer(query) : shown
  if (!answer.ok) throw new Error(answer.fault.message)
  const [[, value] = []] = answer.entries
  if (value === undefined) throw new Error('the account is not there')
  return { balance: decodeAs(accountCodec, value).balance, epoch: light.epoch }
}

function taken(step: LightStep): Light {
  if (step.ok) return step.light
  throw new Error(`${step.fault.code}: ${step.fault.message}`)
}

function sizeOf(header: CertifiedHeader): number {
  return encodeAs(certifiedHeaderCodec, header).length
}

async function networkIn(
  dir: string,
  genesis: Genesis,
  bootstrap: readonly string[]
): Promise<Network> {
  const { nodeKeyRaw } = await createIdentity({
    dir,
    password: 'of no worth',
    cost: { n: 2, r: 1, p: 1 }
  })
  return createNetwork({
    nodeKeyRaw,
    network: networkOf(genesis, nodeCrypto),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    sharedAddresses: true,
    log: () => undefined
  })
}
