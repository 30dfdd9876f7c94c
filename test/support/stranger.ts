/**
 * A peer of the network that is no node of ours: it speaks the protocols itself and keeps to none of the
 * rules that a node keeps. It follows the ledger, so that its lies are as good as lies can be.
 */
import type { Stream } from '@libp2p/interface'
import {
  accountIdOf,
  type CertifiedBlock,
  chainContext,
  freeOf,
  genesisTip,
  type Hash,
  type HostRecord,
  hashOffer,
  type LedgerState,
  type MachineRecord,
  membersOf,
  type Offer,
  type Order,
  type SignedOffer,
  type SignedOrder,
  type Signer,
  signHostProof,
  signOffer,
  signOrder
} from '../../ledger/index.ts'
import { loadGenesis } from '../../node/config/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import type { Identity } from '../../node/identity/index.ts'
import { createNetwork, type Network } from '../../node/network/index.ts'
import {
  createSubmitter,
  Replica,
  remoteCourier,
  type Submitter,
  startFollower
} from '../../node/replica/index.ts'
import type { ProtocolName } from '../../protocols/framing/index.ts'
import { encodeAnnouncement, offerTopic, serveMarket } from '../../protocols/market/index.ts'
import { type OrderOutcome, sendOrder } from '../../protocols/order/index.ts'
import { eventually, type Lab, type LabNode } from './lab.ts'

const PATIENCE_MS = 20_000

export class Stranger {
  readonly identity: Identity
  readonly network: Network
  readonly replica: Replica
  readonly #stop: () => Promise<void>

  private constructor(
    identity: Identity,
    network: Network,
    replica: Replica,
    stop: () => Promise<void>
  ) {
    this.identity = identity
    this.network = network
    this.replica = replica
    this.#stop = stop
  }

  /** `name` becomes a data directory of the laboratory, for its keys only. */
  static async join(lab: Lab, name: string): Promise<Stranger> {
    const kept = await lab.add(name, { role: 'provider', asleep: true })
    const identity = await kept.identity()
    const genesis = await loadGenesis(kept.genesis)
    const context = chainContext(genesis, nodeCrypto)
    const blocks: CertifiedBlock[] = []
    const keeper = {
      append: async (records: readonly { readonly certified: CertifiedBlock }[]) => {
        blocks.push(...records.map(record => record.certified))
      },
      sync: async () => undefined,
      async *blocks(from: number) {
        yield* blocks.slice(from - 1)
      }
    }
    const replica = new Replica(context, keeper, genesisTip(genesis, nodeCrypto))
    const network = await createNetwork({
      nodeKeyRaw: identity.nodeKeyRaw,
      network: replica.network,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [await lab.bootstrap()],
      sharedAddresses: true,
      log: () => undefined
    })
    const coordinators = (): readonly string[] => membersOf(replica.tip).map(({ key }) => key)
    const follower = startFollower({ network, replica, coordinators, log: () => undefined })
    const stranger = new Stranger(identity, network, replica, async () => {
      await follower.stop()
      await network.stop()
    })
    await follower.caughtUp(AbortSignal.timeout(PATIENCE_MS))
    return stranger
  }

  close(): Promise<void> {
    return this.#stop()
  }

  get state(): LedgerState {
    return this.replica.state()
  }

  machine(uuid: string): MachineRecord {
    const machine = this.state.machine(uuid)
    if (machine === undefined) throw new Error(`the ledger knows no machine ${uuid}`)
    return machine
  }

  /** What it shows of its offers to whoever asks. */
  readonly shelf: SignedOffer[] = []

  async serveOffers(): Promise<void> {
    const handler = {
      get: (wanted: readonly Hash[]) => this.shelf.filter(each => wanted.includes(nameOf(each))),
      page: () => ({ offers: this.shelf, next: null })
    }
    await this.network.serve('market', stream =>
      serveMarket(stream, handler, { nowMs: () => Date.now() })
    )
  }

  /** Gossips an offer of its shelf. */
  async announce(signed: SignedOffer): Promise<void> {
    const { host, sequence, expiresAtMs } = signed.offer
    const announcement = { host, sequence, offer: nameOf(signed), expiresAtMs }
    const topic = offerTopic(this.replica.network)
    await this.network.topics.publish(topic, encodeAnnouncement(announcement))
  }

  /** Gossips its own honest offer until a node of the laboratory has heard it. */
  async advertise(signed: SignedOffer, to: LabNode): Promise<void> {
    this.shelf.push(signed)
    await eventually(
      `${to.name} hears the offer of the stranger`,
      async () => {
        await this.announce(signed)
        return to.client.call('offer.list', {})
      },
      ({ offers }) => offers.some(offer => offer.host === signed.offer.host)
    )
  }

  /** A stream to a node of the laboratory, for whatever bytes. */
  async open(protocol: ProtocolName, to: LabNode): Promise<Stream> {
    const key = (await to.identity()).node.publicKey
    const { addresses } = await to.client.call('node.status', {})
    const signal = AbortSignal.timeout(PATIENCE_MS)
    return this.network.open(protocol, key, { addresses, signal })
  }

  /** A chain of transactions of this account or host. */
  submitterFor(kind: 'account' | 'host', id: string, key: Signer): Submitter {
    const courier = remoteCourier(this.network, () =>
      membersOf(this.replica.tip).map(({ key }) => key)
    )
    return createSubmitter({
      signer: { kind, id },
      key,
      ledger: this.replica,
      courier,
      crypto: nodeCrypto
    })
  }

  /** A provider's account and a host whose key is this peer's own. */
  async becomeHost(name: string): Promise<HostRecord> {
    const { account, node } = this.identity
    const id = accountIdOf(account.publicKey, nodeCrypto)
    const submitter = this.submitterFor('account', id, account)
    await applied(
      submitter.submit({ type: 'open-account', name, kind: 'provider', key: account.publicKey })
    )
    const proof = signHostProof(this.replica.network, id, 2, node)
    const totals = { speed: 8000, memoryMb: 512, storageMb: 500 }
    await applied(
      submitter.submit({
        type: 'register-host',
        name,
        processor: 'Pentium3',
        totals,
        key: node.publicKey,
        proof
      })
    )
    const host = this.state.hostWithKey(node.publicKey)
    if (host === undefined) throw new Error(`${name} was registered and is not there`)
    return host
  }

  /** An offer of this host at lab prices; `change` is what makes it a lie. */
  offer(
    host: HostRecord,
    change: Partial<Offer> = {},
    key: Signer = this.identity.node
  ): SignedOffer {
    const nowMs = Date.now()
    return signOffer(
      this.replica.network,
      {
        host: host.uuid,
        owner: host.owner,
        name: host.name,
        processor: host.processor,
        totals: host.totals,
        free: freeOf(host),
        prices: {
          speedUnit: 1,
          speedPrice: 1_000n,
          memoryUnitMb: 4,
          memoryPrice: 1_000n,
          storageUnitMb: 1000,
          storagePrice: 10_000_000_000n,
          runningPeriodS: 3600,
          storagePeriodDays: 30
        },
        connectSpeed: '1GB',
        methods: ['SCP'],
        images: [],
        addresses: this.network.addresses(),
        sequence: nowMs,
        issuedAtMs: nowMs,
        expiresAtMs: nowMs + 3_600_000,
        ...change
      },
      key
    )
  }

  /** An order in the name of `owner`, whose key the test has; `change` is what is wrong with it. */
  async order(owner: LabNode, uuid: string, change: Partial<Order> = {}): Promise<SignedOrder> {
    const { account } = await owner.identity()
    const machine = this.machine(uuid)
    const order: Order = {
      verb: 'start',
      machine: uuid,
      host: machine.holder ?? '',
      state: machine.state,
      version: machine.version,
      sequence: machine.orderSequence + 1,
      offer: null,
      spendLimit: 1_000_000_000_000n,
      expiryHeight: this.state.height + 60,
      ...change
    }
    return signOrder(this.replica.network, order, machine.owner, account)
  }

  async send(to: LabNode, order: SignedOrder): Promise<OrderOutcome> {
    return sendOrder(await this.open('order', to), order, {
      signal: AbortSignal.timeout(PATIENCE_MS)
    })
  }

  /** Until this peer has read what the ledger says now of a machine. */
  async sees(uuid: string, holds: (machine: MachineRecord) => boolean): Promise<MachineRecord> {
    return eventually('the stranger sees it', async () => this.machine(uuid), holds)
  }
}

function nameOf(signed: SignedOffer): Hash {
  return hashOffer(signed, nodeCrypto)
}

/** Throws with the ledger's sentence when it said no. */
export async function applied(submitted: ReturnType<Submitter['submit']>): Promise<void> {
  const outcome = await submitted
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`)
}
