import {
  type Agreement,
  type AgreementEffect,
  type AgreementEvent,
  type AgreementFault,
  type AgreementStep,
  type CertifiedBlock,
  checkSignature,
  type Evidence,
  encodeMessage,
  type Hash,
  type PublicKey,
  type SignedTransaction,
  signerKey
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { CoordinatorLinks, TakeMessages } from './coordinator-links.ts'
import type { Courier, CourierRefusal } from './courier.ts'
import { finalBlocksFrom } from './final-blocks.ts'
import type { Replica } from './replica.ts'
import type { VerifiedSignatures } from './verified-signatures.ts'
import type { VoteLog } from './vote-log.ts'

export interface CoordinatorOptions<State> {
  readonly agreement: Agreement<State>
  readonly replica: Replica
  readonly clock: Clock
  readonly verified: VerifiedSignatures
  /** The disk failed: the node must end, because what it said may not be what it holds. */
  readonly fatal: (error: unknown) => void
  /** Those of a set of many; a set of one has nobody to contradict itself before. */
  readonly colleagues?: Colleagues | undefined
}

/** What a coordinator among others needs besides. */
export interface Colleagues {
  readonly votes: VoteLog
  /** Begins to send and to receive. */
  readonly link: (take: TakeMessages) => Promise<CoordinatorLinks>
  readonly onEvidence: (evidence: Evidence) => void
  readonly onRefused: (from: PublicKey, fault: AgreementFault) => void
}

export interface Coordinator extends Courier {
  /**
   * Resolves when the epoch's last block is final, with the transactions that wait for a block: this coordinator does
   * nothing any more. Never, if it is stopped before.
   */
  readonly over: Promise<readonly SignedTransaction[]>
  /** Final blocks that came by another way than from colleague to colleague. */
  learn(from: PublicKey, blocks: readonly CertifiedBlock[]): Promise<void>
  /** Resolves when the step that is being carried out has been: nothing is persisted or adopted any more. */
  stop(): Promise<void>
}

/**
 * Drives an agreement: feeds it events one at a time and carries its effects out in their order, persist
 * before anything that others can see.
 */
export async function startCoordinator<State>(
  options: CoordinatorOptions<State>
): Promise<Coordinator> {
  const driver = new AgreementDriver(options)
  await driver.begin()
  return {
    over: driver.over,
    deliver: batch => driver.deliver(batch),
    learn: (from, blocks) => driver.learn(from, blocks),
    async stop() {
      driver.stop()
      await driver.idle()
    }
  }
}

const LEFT: CourierRefusal = {
  code: 'UNANSWERED',
  message: 'this coordinator has left its place: send it again, here or to another'
}

const TIMER_MS_MAX = 2 ** 31 - 1

interface Queued {
  readonly event: AgreementEvent
  /** The event has been dealt with. */
  readonly done?: () => void
}

class AgreementDriver<State> {
  readonly #options: CoordinatorOptions<State>
  readonly #waiting = new Map<Hash, (refusal: CourierRefusal | null) => void>()
  #state: State | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #queue: Queued[] = []
  #links: CoordinatorLinks | undefined
  readonly #serving = new Set<PublicKey>()
  #busy = false
  /** Those who wait until no step is being carried out. */
  #waitingForIdle: (() => void)[] = []
  #stopped = false
  #end: (waiting: readonly SignedTransaction[]) => void = () => undefined
  readonly over: Promise<readonly SignedTransaction[]> = new Promise(resolve => {
    this.#end = resolve
  })

  constructor(options: CoordinatorOptions<State>) {
    this.#options = options
  }

  async begin(): Promise<void> {
    const { agreement, replica, clock, colleagues } = this.#options
    this.#links = await colleagues?.link((from, messages) => this.#take(from, messages))
    const log = colleagues?.votes.kept ?? []
    void this.#run(agreement.start(replica.tip, clock.nowMs(), log))
  }

  /** Whoever waits for an answer is told that there will be none here: what was sent may still be included. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const { done } of this.#queue.splice(0)) done?.()
    for (const hash of this.#waiting.keys()) this.#answer(hash, LEFT)
  }

  idle(): Promise<void> {
    return new Promise(resolve => {
      if (this.#busy) this.#waitingForIdle.push(resolve)
      else resolve()
    })
  }

  /** One batch of each peer waits here at most: its stream holds the rest back. */
  #take(from: PublicKey, messages: readonly Uint8Array[]): Promise<void> {
    return new Promise(done => {
      const events = messages.map(bytes => ({ type: 'message', from, bytes }) as const)
      const last = events.at(-1)
      if (last === undefined || this.#stopped) return done()
      for (const event of events) this.#feed(event, event === last ? done : undefined)
    })
  }

  learn(from: PublicKey, blocks: readonly CertifiedBlock[]): Promise<void> {
    return new Promise(done => {
      if (this.#stopped) return done()
      this.#feed({ type: 'final-blocks', from, blocks }, done)
    })
  }

  async deliver(batch: readonly SignedTransaction[]): Promise<readonly (CourierRefusal | null)[]> {
    if (this.#stopped) return batch.map(() => LEFT)
    const answers: Promise<CourierRefusal | null>[] = []
    const signed: SignedTransaction[] = []
    for (const transaction of batch) {
      const rejection = this.#check(transaction)
      answers.push(rejection === null ? this.#answerTo(transaction) : Promise.resolve(rejection))
      if (rejection === null) signed.push(transaction)
    }
    if (signed.length > 0) this.#feed({ type: 'transactions', transactions: signed })
    return await Promise.all(answers)
  }

  /** null: it bears its signer's signature, which need not be looked at again. */
  #check(signed: SignedTransaction): CourierRefusal | null {
    const { replica, verified } = this.#options
    const rejection = checkSignature(replica.state(), signed, replica.context)
    const key = signerKey(replica.state(), signed)
    if (rejection === null && key !== undefined) verified.remember(replica.hashOf(signed), key)
    return rejection
  }

  #answerTo(signed: SignedTransaction): Promise<CourierRefusal | null> {
    const hash = this.#options.replica.hashOf(signed)
    return new Promise(resolve => {
      const earlier = this.#waiting.get(hash)
      // The same transaction by two ways at once: one answer is for both.
      this.#waiting.set(hash, answer => {
        earlier?.(answer)
        resolve(answer)
      })
    })
  }

  #feed(event: AgreementEvent, done?: () => void): void {
    this.#queue.push(done === undefined ? { event } : { event, done })
    // What comes before the start has been made waits for it.
    if (!this.#busy && this.#state !== undefined) void this.#run(null)
  }

  async #run(first: AgreementStep<State> | null): Promise<void> {
    this.#busy = true
    try {
      if (first !== null) await this.#carryOut(first)
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        if (this.#stopped || this.#state === undefined) return
        const { agreement, clock } = this.#options
        await this.#carryOut(agreement.step(this.#state, next.event, clock.nowMs()))
        next.done?.()
      }
    } catch (error) {
      // A node that ends closes its files under a step that is still being carried out.
      if (!this.#stopped) this.#options.fatal(error)
      this.stop()
    } finally {
      this.#busy = false
      for (const wake of this.#waitingForIdle.splice(0)) wake()
    }
  }

  async #carryOut(step: AgreementStep<State>): Promise<void> {
    this.#state = step.state
    for (const effect of step.effects) await this.#effect(effect)
  }

  async #effect(effect: AgreementEffect): Promise<void> {
    switch (effect.type) {
      case 'persist':
        await this.#persist(effect)
        this.#queue.push({ event: { type: 'persisted', write: effect.write } })
        return
      case 'final':
        this.#options.replica.adopt(effect.certified, effect.tip, effect.outcomes)
        return
      case 'answer':
        for (const { hash, refusal } of effect.answers) this.#answer(hash, refusal)
        return
      case 'epoch-over':
        this.#handOver(effect.waiting)
        return
      case 'set-timer':
        this.#setTimer(effect.atMs)
        return
      case 'dropped':
        // Their senders wait for inclusion until the expiry height and are told then.
        return
      case 'send':
        this.#links?.send(effect.to, effect.bytes)
        return
      case 'serve-final':
        void this.#serveFinal(effect.to, effect.fromHeight)
        return
      case 'evidence':
        this.#options.colleagues?.onEvidence(effect.evidence)
        return
      case 'refused':
        this.#options.colleagues?.onRefused(effect.from, effect.fault)
        return
    }
  }

  /**
   * Both at once: a tip that is newer than the log is as good as one that is older. Of a set of many only the log is ever
   * synced: what the chain's store loses in a power cut is made anew from it, or comes from the others.
   */
  async #persist(write: Extract<AgreementEffect, { type: 'persist' }>): Promise<void> {
    const { records, log, synced } = write
    const { replica, colleagues } = this.#options
    const votes = colleagues?.votes
    const stored = votes === undefined ? synced : false
    await Promise.all([
      records.length === 0 ? undefined : replica.persist(records, stored),
      votes?.append(log, synced)
    ])
    const last = records.at(-1)
    if (last !== undefined) await votes?.forgetBelow(last.tip, () => replica.sync())
  }

  /** Whoever waits for an answer has it: what was not looked at any more goes on to those who come next. */
  #handOver(pooled: readonly SignedTransaction[]): void {
    const unread = this.#queue.flatMap(({ event }) =>
      event.type === 'transactions' ? event.transactions : []
    )
    for (const hash of this.#waiting.keys()) this.#answer(hash, null)
    this.stop()
    this.#end([...pooled, ...unread])
  }

  /** Beside the agreement, which need not wait for the disk; each peer is served once at a time. */
  async #serveFinal(to: PublicKey, fromHeight: number): Promise<void> {
    if (this.#serving.has(to)) return
    this.#serving.add(to)
    try {
      const blocks = await finalBlocksFrom(this.#options.replica, fromHeight)
      this.#links?.send(to, encodeMessage({ type: 'final-blocks', blocks }))
    } catch (error) {
      if (!this.#stopped) this.#options.fatal(error)
    } finally {
      this.#serving.delete(to)
    }
  }

  #answer(hash: Hash, refusal: CourierRefusal | null): void {
    this.#waiting.get(hash)?.(refusal)
    this.#waiting.delete(hash)
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer)
    // A timer that rings early does no harm, and none of Node's can be set further ahead.
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, atMs - this.#options.clock.nowMs()))
    this.#timer = setTimeout(() => this.#feed({ type: 'timer' }), waitMs)
  }
}
