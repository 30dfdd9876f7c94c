/** Somebody who registers machines one after the other and keeps the receipts. */
import { accountIdOf, type Body } from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import type { Submitter } from '../../node/replica/index.ts'
import type { Lab } from './lab.ts'
import * as sample from './ledger-samples.ts'
import { applied, Stranger } from './stranger.ts'

/** What the ledger has said is done for ever. */
export interface Receipt {
  readonly hash: string
  readonly height: number
  readonly name: string
}

export class Customer {
  readonly peer: Stranger
  readonly account: string
  readonly receipts: Receipt[] = []
  readonly #submitter: Submitter
  readonly #closing = new AbortController()
  #reached: (() => void)[] = []

  private constructor(peer: Stranger) {
    const key = peer.identity.account
    this.peer = peer
    this.account = accountIdOf(key.publicKey, nodeCrypto)
    this.#submitter = peer.submitterFor('account', this.account, key)
  }

  static async join(lab: Lab, name: string): Promise<Customer> {
    const customer = new Customer(await Stranger.join(lab, name))
    const key = customer.peer.identity.account.publicKey
    await applied(customer.#submitter.submit({ type: 'open-account', name, kind: 'buyer', key }))
    return customer
  }

  /** Resolves with the last receipt; throws at anything that is no receipt. */
  async register(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      const name = `vm${this.receipts.length + 1}`
      this.receipts.push({ name, ...(await this.#receiptFor(registration(name))) })
      for (const reached of this.#reached.splice(0)) reached()
    }
  }

  /** Goes on while nobody at all can be reached; what was sent is never signed anew. */
  async #receiptFor(body: Body): Promise<{ hash: string; height: number }> {
    for (;;) {
      const outcome = await this.#submitter.submit(body, this.#closing.signal)
      if (outcome.ok) return outcome
      if (outcome.code !== 'UNREACHABLE' || this.#closing.signal.aborted) {
        throw new Error(`${outcome.code}: ${outcome.message}`)
      }
    }
  }

  close(): Promise<void> {
    this.#closing.abort(new Error('the customer leaves'))
    return this.peer.close()
  }

  /** Resolves when the next receipt comes. */
  next(): Promise<void> {
    return new Promise(resolve => this.#reached.push(resolve))
  }
}

function registration(name: string): Body {
  const { registerMachine } = sample
  return { ...registerMachine, configuration: { ...registerMachine.configuration, name } }
}
