import {
  type Agreement,
  type AgreementEffect,
  type AgreementEvent,
  type AgreementStep,
  checkSignature,
  type Hash,
  hashTransaction,
  type SignedTransaction
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Courier, CourierRefusal } from './courier.ts'
import type { Replica } from './replica.ts'
import type { VerifiedSignatures } from './verified-signatures.ts'

export interface CoordinatorOptions<State> {
  readonly agreement: Agreement<State>
  readonly replica: Replica
  readonly clock: Clock
  readonly verified: VerifiedSignatures
  /** The disk failed: the node must end, because what it said may not be what it holds. */
  readonly fatal: (error: unknown) => void
}

export interface Coordinator extends Courier {
  stop(): void
}

/**
 * Drives an agreement: feeds it events one at a time and carries its effects out in their order, persist
 * before anything that others can see.
 */
export function startCoordinator<State>(options: CoordinatorOptions<State>): Coordinator {
  const driver = new AgreementDriver(options)
  driver.begin()
  return {
    deliver: signed => driver.deliver(signed),
    stop: () => driver.stop()
  }
}

class AgreementDriver<State> {
  readonly #options: CoordinatorOptions<State>
  readonly #waiting = new Map<Hash, (refusal: CourierRefusal | null) => void>()
  #state: State | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #queue: AgreementEvent[] = []
  #busy = false
  #stopped = false

  constructor(options: CoordinatorOptions<State>) {
    this.#options = options
  }

  begin(): void {
    const { agreement, replica, clock } = this.#options
    void this.#run(agreement.start(replica.tip, clock.nowMs()))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async deliver(signed: SignedTransaction): Promise<'accepted' | CourierRefusal> {
    const { replica, verified } = this.#options
    const rejection = checkSignature(replica.state(), signed, replica.context)
    if (rejection !== null) return rejection
    const hash = hashTransaction(signed, replica.context.crypto)
    verified.remember(hash)
    const refusal = await new Promise<CourierRefusal | null>(resolve => {
      const earlier = this.#waiting.get(hash)
      // The same transaction by two ways at once: one answer is for both.
      this.#waiting.set(hash, answer => {
        earlier?.(answer)
        resolve(answer)
      })
      this.#feed({ type: 'transactions', transactions: [signed] })
    })
    return refusal ?? 'accepted'
  }

  #feed(event: AgreementEvent): void {
    this.#queue.push(event)
    if (!this.#busy) void this.#run(null)
  }

  async #run(first: AgreementStep<State> | null): Promise<void> {
    this.#busy = true
    try {
      if (first !== null) await this.#carryOut(first)
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        if (this.#stopped || this.#state === undefined) return
        const { agreement, clock } = this.#options
        await this.#carryOut(agreement.step(this.#state, event, clock.nowMs()))
      }
    } catch (error) {
      this.stop()
      this.#options.fatal(error)
    } finally {
      this.#busy = false
    }
  }

  async #carryOut(step: AgreementStep<State>): Promise<void> {
    this.#state = step.state
    for (const effect of step.effects) await this.#effect(effect)
  }

  async #effect(effect: AgreementEffect): Promise<void> {
    switch (effect.type) {
      case 'persist':
        await this.#options.replica.persist(effect.records)
        this.#queue.push({ type: 'persisted', write: effect.write })
        return
      case 'final':
        this.#options.replica.adopt(effect.certified, effect.tip, effect.outcomes)
        return
      case 'answer':
        for (const { hash, refusal } of effect.answers) this.#answer(hash, refusal)
        return
      case 'set-timer':
        this.#setTimer(effect.atMs)
        return
      case 'dropped':
        // Their senders wait for inclusion until the expiry height and are told then.
        return
      case 'send':
      case 'serve-final':
      case 'evidence':
      case 'refused':
        throw new Error('a set of one has nobody to talk to')
    }
  }

  #answer(hash: Hash, refusal: CourierRefusal | null): void {
    this.#waiting.get(hash)?.(refusal)
    this.#waiting.delete(hash)
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer)
    const waitMs = Math.max(0, atMs - this.#options.clock.nowMs())
    this.#timer = setTimeout(() => this.#feed({ type: 'timer' }), waitMs)
  }
}
