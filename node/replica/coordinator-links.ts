import { setTimeout as delay } from 'node:timers/promises'
import type { PublicKey } from '../../ledger/index.ts'
import {
  type AgreementRefusal,
  receiveAgreement,
  SendQueue,
  sendAgreement
} from '../../protocols/agreement/index.ts'
import type { Network } from '../network/index.ts'

export interface LinksOptions {
  readonly network: Network
  /** Whoever has sent too much that no honest coordinator sends. */
  readonly isShut: (member: PublicKey) => boolean
  /** Where a coordinator said it would be found; nothing is known of the first ones. */
  readonly addressesOf: (member: PublicKey) => readonly string[]
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** Resolves when the messages have been dealt with. */
export type TakeMessages = (from: PublicKey, messages: readonly Uint8Array[]) => Promise<void>

/** The streams to all other coordinators. */
export interface CoordinatorLinks {
  /** To one, or to all others where `to` is null. Never waits: what a peer cannot take in time is lost to it. */
  send(to: PublicKey | null, bytes: Uint8Array): void
}

const RETRY_MS = { first: 100, most: 3_000 }

interface Link {
  readonly queue: SendQueue
  readonly stopping: AbortController
}

/** Who talks to whom; it outlives epochs, so that those who stay do not have to find each other again. */
export class AgreementLinks implements CoordinatorLinks {
  readonly #options: LinksOptions
  readonly #links = new Map<PublicKey, Link>()
  readonly #stopping = new AbortController()
  #members: readonly PublicKey[] = []
  #take: TakeMessages | null = null
  /** Why this node, which others may take for a coordinator, does not listen. */
  #refusal = 'this node is no coordinator now'
  #serving: Promise<void> | undefined

  constructor(options: LinksOptions) {
    this.#options = options
  }

  /** Begins to talk with the whole set, in which this node is; whoever is not in it any more is left. */
  async join(members: readonly PublicKey[], take: TakeMessages): Promise<CoordinatorLinks> {
    this.#members = members
    this.#take = take
    await this.#serve()
    for (const key of this.#links.keys()) if (!members.includes(key)) this.#drop(key)
    for (const key of members) this.#connect(key)
    return this
  }

  /** Says no to everybody from now on. */
  async leave(refusal?: string): Promise<void> {
    this.#members = []
    this.#take = null
    if (refusal !== undefined) this.#refusal = refusal
    for (const key of this.#links.keys()) this.#drop(key)
    if (refusal !== undefined) await this.#serve()
  }

  send(to: PublicKey | null, bytes: Uint8Array): void {
    for (const [member, { queue }] of this.#links) {
      if (to === null || to === member) queue.push(bytes)
    }
  }

  stop(): void {
    this.#stopping.abort(new Error('the node stops'))
    for (const key of this.#links.keys()) this.#drop(key)
  }

  #serve(): Promise<void> {
    this.#serving ??= this.#options.network.serve('agreement', (stream, { key }) =>
      receiveAgreement(stream, {
        signal: this.#stopping.signal,
        refusal: this.#refusalOf(key),
        take: async messages => {
          const refusal = this.#refusalOf(key)
          if (refusal !== undefined) throw new Error(refusal.message)
          await this.#take?.(key, messages)
        }
      })
    )
    return this.#serving
  }

  #refusalOf(key: PublicKey): AgreementRefusal | undefined {
    if (this.#take === null) return { code: 'NO_SEAT', message: this.#refusal }
    if (!this.#members.includes(key)) {
      const message = `${key} is no coordinator of this network now`
      return { code: 'NOT_A_COORDINATOR', message }
    }
    if (!this.#options.isShut(key)) return undefined
    const message = `${key} has sent too many messages that no coordinator may send, and is shut out`
    return { code: 'SHUT_OUT', message }
  }

  #connect(member: PublicKey): void {
    if (member === this.#options.network.key || this.#links.has(member)) return
    const link = { queue: new SendQueue(), stopping: new AbortController() }
    this.#links.set(member, link)
    void keepLink(this.#options, member, link)
  }

  #drop(member: PublicKey): void {
    this.#links.get(member)?.stopping.abort(new Error('no coordinator any more'))
    this.#links.delete(member)
  }
}

async function keepLink(
  { network, addressesOf, log }: LinksOptions,
  member: PublicKey,
  { queue, stopping: { signal } }: Link
): Promise<void> {
  let retryMs = RETRY_MS.first
  while (!signal.aborted) {
    let linked = false
    try {
      const addresses = addressesOf(member)
      const stream = await network.open('agreement', member, { addresses, signal })
      await sendAgreement(stream, queue, {
        signal,
        onWelcome() {
          linked = true
          log('linked to a coordinator', { key: member })
        }
      })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (linked && !signal.aborted) log(`lost a coordinator: ${why}`, { key: member })
    }
    retryMs = linked ? RETRY_MS.first : Math.min(retryMs * 2, RETRY_MS.most)
    await delay(retryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
