/** Accounts that send as fast as they are let: everything is signed before the clock starts. */
import { createHash } from 'node:crypto'
import {
  accountIdOf,
  type Body,
  type Configuration,
  feeBoundOf,
  type Genesis,
  type Hash,
  machineUuidOf,
  networkOf,
  parseDollars,
  type SignedTransaction,
  type Signer,
  signTransaction
} from '../../../ledger/index.ts'
import { createSigner, nodeCrypto } from '../../../node/crypto/index.ts'

const BID = { storagePer30Days: parseDollars('10'), runningPerHour: parseDollars('1') }

interface Member {
  readonly id: string
  readonly key: Signer
  nonce: number
}

/** People with one machine each; what they send is a change of its bid, so that the ledger does not grow. */
export class Crowd {
  readonly #genesis: Genesis
  readonly #network: Hash
  readonly #members: Member[]

  constructor(genesis: Genesis, size: number) {
    this.#genesis = genesis
    this.#network = networkOf(genesis, nodeCrypto)
    this.#members = Array.from({ length: size }, (_, at) => {
      const key = createSigner(createHash('sha256').update(`member ${at}`).digest())
      return { id: accountIdOf(key.publicKey, nodeCrypto), key, nonce: 0 }
    })
  }

  /** One account for each. What is signed at a height lives as long from there as the ledger lets it. */
  openings(height: number): SignedTransaction[] {
    return this.#members.map((member, at) =>
      this.#sign(member, height, {
        type: 'open-account',
        name: `member-${at}`,
        kind: 'buyer',
        key: member.key.publicKey
      })
    )
  }

  /** One machine for each. */
  registrations(height: number): SignedTransaction[] {
    return this.#members.map((member, at) =>
      this.#sign(member, height, {
        type: 'register-machine',
        configuration: configuration(`machine-${at}`),
        bid: BID
      })
    )
  }

  /** `count` changes, each member's in turn. */
  edits(height: number, count: number): SignedTransaction[] {
    return Array.from({ length: count }, (_, at) => {
      const member = this.#members[at % this.#members.length]
      if (member === undefined) throw new Error('nobody is here')
      const machine = machineUuidOf(member.id, 2, nodeCrypto)
      const name = `machine-${at % 1_000}`
      return this.#sign(member, height, {
        type: 'edit-machine',
        machine,
        configuration: configuration(name),
        bid: BID
      })
    })
  }

  #sign(member: Member, height: number, body: Body): SignedTransaction {
    const { parameters } = this.#genesis
    member.nonce += 1
    const transaction = {
      signer: { kind: 'account', id: member.id } as const,
      nonce: member.nonce,
      expiryHeight: height + parameters.expiryHeightsMax,
      feeMax: feeBoundOf(parameters, body.type),
      body
    }
    return signTransaction(this.#network, transaction, member.key)
  }
}

function configuration(name: string): Configuration {
  return {
    name,
    processor: 'x86-64',
    os: 'Linux',
    speed: 1_000,
    memoryMb: 64,
    storageMb: 100,
    image: null
  }
}
