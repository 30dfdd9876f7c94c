/** The market's people: who has which key, and what each may sign. */
import {
  type AccountKind,
  accountIdOf,
  type Body,
  type HostRecord,
  hashOffer,
  hostUuidOf,
  type MachineRecord,
  type Order,
  type OrderVerb,
  parseDollars,
  type SignedOffer,
  type SignedOrder,
  type SignedTransaction,
  type Signer,
  type SignerRef,
  type StateReader,
  signAcceptance,
  signFeesProof,
  signHostProof,
  signOffer,
  signOrder,
  signReceipt,
  signTransaction
} from '../../ledger/index.ts'
import { toyCrypto, toySigner } from '../support/toy-crypto.ts'

export interface Person {
  readonly name: string
  readonly kind: AccountKind
  readonly id: string
  readonly key: Signer
}

export function person(name: string, kind: AccountKind): Person {
  const key = toySigner(`person ${name}`)
  return { name, kind, id: accountIdOf(key.publicKey, toyCrypto), key }
}

const HOUR_MS = 3_600_000
const EXPIRY_HEIGHTS = 400
/** More than any fee here. */
const FEE_MAX = parseDollars('0.01')

/** Signs for everybody, from the state that the signer knows. */
export class Pen {
  readonly #network: string
  /** Keys of hosts, by UUID. */
  readonly #hosts = new Map<string, Signer>()

  constructor(network: string) {
    this.#network = network
  }

  transaction(
    state: StateReader,
    signer: SignerRef,
    key: Signer,
    nonce: number,
    body: Body
  ): SignedTransaction {
    const expiryHeight = state.height + EXPIRY_HEIGHTS
    const transaction = { signer, nonce, expiryHeight, feeMax: FEE_MAX, body }
    return signTransaction(this.#network, transaction, key)
  }

  openAccount({ name, kind, key }: Person): Body {
    return { type: 'open-account', name, kind, key: key.publicKey }
  }

  registerHost(owner: Person, nonce: number): Body {
    const uuid = hostUuidOf(owner.id, nonce, toyCrypto)
    const key = toySigner(`host ${uuid}`)
    this.#hosts.set(uuid, key)
    return {
      type: 'register-host',
      name: `host-${nonce}`,
      processor: 'x86-64',
      totals: { speed: 3_000, memoryMb: 400, storageMb: 350 },
      key: key.publicKey,
      proof: signHostProof(this.#network, owner.id, nonce, key)
    }
  }

  collectFees(to: Person, nonce: number, member: Signer): Body {
    const proof = signFeesProof(this.#network, to.id, nonce, member)
    return { type: 'collect-fees', coordinator: member.publicKey, proof }
  }

  registerMachine(): Body {
    return {
      type: 'register-machine',
      configuration: {
        name: 'machine',
        processor: 'x86-64',
        os: 'Linux',
        speed: 1_000,
        memoryMb: 64,
        storageMb: 100,
        image: null
      },
      bid: { storagePer30Days: parseDollars('3'), runningPerHour: parseDollars('1') }
    }
  }

  hostKey(host: HostRecord): Signer {
    const key = this.#hosts.get(host.uuid)
    if (key === undefined) throw new Error(`nobody has the key of host ${host.uuid}`)
    return key
  }

  offer(state: StateReader, host: HostRecord, storageCents: number): SignedOffer {
    const offer = {
      host: host.uuid,
      owner: host.owner,
      name: host.name,
      processor: host.processor,
      totals: host.totals,
      free: host.totals,
      prices: {
        speedUnit: 1_000,
        speedPrice: parseDollars('0.001'),
        memoryUnitMb: 4,
        memoryPrice: parseDollars('0.00001'),
        storageUnitMb: 100,
        storagePrice: parseDollars(`0.${String(storageCents).padStart(2, '0')}`),
        runningPeriodS: 60,
        storagePeriodDays: 1
      },
      connectSpeed: '1GB',
      methods: ['SCP'],
      images: [],
      addresses: [],
      sequence: 1,
      issuedAtMs: state.timeMs,
      expiresAtMs: state.timeMs + HOUR_MS
    }
    return signOffer(this.#network, offer, this.hostKey(host))
  }

  order(
    state: StateReader,
    machine: MachineRecord,
    owner: Person,
    verb: OrderVerb,
    host: HostRecord
  ): SignedOrder {
    const runs = verb === 'start' || verb === 'resume'
    const order: Order = {
      verb,
      machine: machine.uuid,
      host: host.uuid,
      state: machine.state,
      version: machine.version,
      sequence: machine.orderSequence + 1,
      offer: verb === 'store' ? this.offer(state, host, 5) : null,
      spendLimit: runs ? parseDollars('0.5') : null,
      expiryHeight: state.height + EXPIRY_HEIGHTS
    }
    return signOrder(this.#network, order, owner.id, owner.key)
  }

  move(state: StateReader, machine: MachineRecord, to: HostRecord): Body {
    const offer = this.offer(state, to, 7)
    const acceptance = signAcceptance(
      this.#network,
      {
        machine: machine.uuid,
        version: machine.version,
        destination: to.uuid,
        offer: hashOffer(offer, toyCrypto),
        expiryHeight: state.height + EXPIRY_HEIGHTS
      },
      this.hostKey(to)
    )
    const { uuid, version, orderSequence } = machine
    return {
      type: 'open-migration',
      machine: uuid,
      version,
      sequence: orderSequence + 1,
      offer,
      acceptance
    }
  }

  commit(machine: string, migration: string, root: string, origin: HostRecord): Body {
    const receipt = signReceipt(this.#network, { migration, root }, this.hostKey(origin))
    return { type: 'commit-migration', machine, migration, receipt }
  }
}
