import { setTimeout as delay } from 'node:timers/promises'
import type { HostRecord, MachineRecord, MigrationRecord, SignedOffer } from '../../ledger/index.ts'
import { type OrderProgress, watchMove } from '../../protocols/order/index.ts'
import {
  type Requester,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterStep,
  stepRequester,
  type VmmpChannel,
  type VmmpMessage
} from '../../protocols/vmmp/index.ts'
import type { Clock } from '../clock.ts'
import { within } from '../network/index.ts'
import { askAcceptance, hostKey, OrderRefused, type OwnerOptions } from '../owner/index.ts'
import type { Submitter } from '../replica/index.ts'
import { announce } from './effect-channel.ts'
import { bestOf, dial } from './query-methods.ts'

export interface RequestOptions extends OwnerOptions {
  readonly submitter: Submitter
  readonly clock: Clock
}

export interface MoveWish {
  readonly machine: MachineRecord
  readonly destination: HostRecord
  /** null: the ledger holds the move open already. */
  readonly terms: MoveTerms | null
}

export interface MoveTerms {
  readonly offer: SignedOffer
  /** null: the best that the destination offers. */
  readonly method: string | null
}

export interface MoveReport {
  readonly signal: AbortSignal
  step(text: string): void
  progress(bytes: Omit<OrderProgress, 'step'>): void
}

export type Beginning = (nowMs: number) => RequesterStep

const TICK_MS = 1_000
/** How long the owner waits for the reason of a failure that the ledger shows already. */
const REASON_MS = 2_000
/** To repeat a REQ: shorter than the pause between two of them. */
const DIAL_AGAIN_MS = 5_000

interface OnLedger {
  readonly machine: MachineRecord | undefined
  readonly migration: MigrationRecord | undefined
}

/** Drives the requester's machine of `protocols/vmmp/requester.ts`. */
export class RequestDriver {
  readonly #options: RequestOptions
  readonly #wish: MoveWish
  readonly #report: MoveReport
  readonly #over = new AbortController()
  #state: Requester
  #channel: VmmpChannel | null = null
  #queue: Promise<void> = Promise.resolve()
  #settle: { resolve: () => void; reject: (error: unknown) => void } | null = null
  #first: RequesterStep
  /** Why the destination gave up, in its own words. */
  #reason: string | null = null
  /** The ledger will be read when its turn comes, and need not be read twice. */
  #toRead = false
  /** Ends when the destination has said how its part of the move ended, or cannot. */
  #watching: Promise<void> = Promise.resolve()
  #isWatched = false

  constructor(options: RequestOptions, wish: MoveWish, report: MoveReport, begin: Beginning) {
    this.#options = options
    this.#wish = wish
    this.#report = report
    this.#first = begin(options.clock.nowMs())
    this.#state = this.#first.state
  }

  async run(): Promise<void> {
    const { ledger, clock } = this.#options
    if (this.#wish.terms !== null) {
      this.#report.step('asking the destination for its methods')
      this.#hear(await this.#dial())
    }
    const ended = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    const timer = setInterval(() => this.#feed({ type: 'tick', nowMs: clock.nowMs() }), TICK_MS)
    const forget = ledger.onHead(() => this.#ledgerChanged())
    const cancel = (): void => this.#cancel()
    this.#report.signal.addEventListener('abort', cancel)
    this.#enqueue(() => this.#carryOut(this.#first.effects))
    if (this.#wish.terms === null) {
      this.#opened()
      // It may have been decided while nobody was here.
      this.#ledgerChanged()
    }
    try {
      await ended
    } finally {
      this.#over.abort(new Error('the move is over'))
      clearInterval(timer)
      forget()
      this.#report.signal.removeEventListener('abort', cancel)
      void this.#channel?.finish()
    }
  }

  #hear(channel: VmmpChannel): void {
    this.#channel = channel
    void this.#listen(channel).finally(() => {
      if (this.#channel === channel) this.#channel = null
    })
  }

  async #dial(): Promise<VmmpChannel> {
    const { destination } = this.#wish
    try {
      const signal = this.#over.signal
      const dialling = AbortSignal.any([this.#report.signal, signal])
      return await dial(this.#options, destination.uuid, { signal, dialling })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new OrderRefused('UNREACHABLE', `${destination.name} cannot be reached: ${why}`)
    }
  }

  /** The stream's end is no news: the ledger and the ticks decide, and a repeated REQ brings another one. */
  async #listen(channel: VmmpChannel): Promise<void> {
    try {
      for (;;) {
        const parsed = await channel.receive()
        if (parsed === null) return
        if (!parsed.ok) throw new Error(parsed.refusal.message)
        const { message } = parsed
        this.#feed({ type: 'message', message, nowMs: this.#options.clock.nowMs() })
        if (message.verb === 'RESULTS') this.#choose(message.methods)
      }
    } catch {
      return
    }
  }

  #choose(offered: readonly string[]): void {
    this.#feed({ type: 'choose', method: this.#wish.terms?.method ?? bestOf(offered) })
  }

  #ledgerChanged(): void {
    if (this.#toRead) return
    this.#toRead = true
    this.#enqueue(async () => {
      this.#toRead = false
      const seen = await this.#onLedger().catch(() => null)
      // What cannot be read now is read under the next head.
      if (seen !== null) await this.#step({ type: 'ledger', ...seen })
    })
  }

  #onLedger(): Promise<OnLedger> {
    const { uuid } = this.#wish.machine
    return this.#options.ledger.read(
      state => ({ machine: state.machine(uuid), migration: state.migration(uuid) }),
      this.#over.signal
    )
  }

  #feed(event: RequesterEvent): void {
    this.#enqueue(() => this.#step(event))
  }

  async #step(event: RequesterEvent): Promise<void> {
    const step = stepRequester(this.#state, event)
    this.#state = step.state
    await this.#carryOut(step.effects)
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch((error: unknown) => this.#settle?.reject(error))
  }

  async #carryOut(effects: readonly RequesterEffect[]): Promise<void> {
    for (const effect of effects) await this.#effect(effect)
  }

  async #effect(effect: RequesterEffect): Promise<void> {
    announce({ role: 'requester', effect: effect.type, machine: this.#wish.machine.uuid })
    switch (effect.type) {
      case 'send':
        // Not awaited: a destination that cannot be told is silent, and that is judged by the clock.
        void this.#send(effect.message).catch(() => undefined)
        return
      case 'open':
        return this.#wish.terms === null ? undefined : this.#open(this.#wish.terms)
      case 'submit-abort':
        return this.#abort()
      case 'tell':
        if (effect.end.kind === 'moved') return this.#settle?.resolve()
        // The ledger may be faster than the destination's own words.
        await Promise.race([this.#watching, delay(REASON_MS)])
        this.#settle?.reject(this.#refusal(effect.end.why))
    }
  }

  async #send(message: VmmpMessage): Promise<void> {
    if (this.#channel === null) {
      const { signal } = this.#over
      const channel = await within(DIAL_AGAIN_MS, signal, dialling =>
        dial(this.#options, this.#wish.destination.uuid, { signal, dialling })
      )
      this.#hear(channel)
      // A destination that was restarted has lost who watches it, and may come to wait for the owner.
      if (message.verb === 'REQ' && !this.#isWatched) this.#watch()
    }
    await this.#channel?.send(message)
  }

  async #open({ offer }: MoveTerms): Promise<void> {
    if (this.#report.signal.aborted) throw this.#refusal('')
    this.#report.step('asking the destination for its promise')
    const { machine, destination: host } = this.#wish
    const wish = { machine, host, offer, as: 'destination' } as const
    const acceptance = await askAcceptance(this.#options, wish, this.#over.signal)
    this.#report.step('putting the move on the ledger')
    const outcome = await this.#options.submitter.submit({
      type: 'open-migration',
      machine: machine.uuid,
      version: machine.version,
      sequence: machine.orderSequence + 1,
      offer,
      acceptance
    })
    if (!outcome.ok) throw new OrderRefused(outcome.code, outcome.message)
    this.#feed({ type: 'opened', nowMs: this.#options.clock.nowMs() })
    this.#opened()
  }

  #opened(): void {
    this.#report.step('copying')
    this.#watch()
  }

  #watch(): void {
    this.#isWatched = true
    this.#watching = this.#watchProgress(this.#wish.destination.uuid).finally(() => {
      this.#isWatched = false
    })
  }

  /** Figures for people; the move goes on without them. */
  async #watchProgress(destination: string): Promise<void> {
    const { network, addressesOf } = this.#options
    const { signal } = this.#over
    try {
      const key = await hostKey(this.#options, destination, signal)
      const stream = await network.open('order', key, {
        addresses: addressesOf(destination),
        signal
      })
      const outcome = await watchMove(stream, this.#wish.machine.uuid, {
        signal,
        onProgress: news => {
          const { step, ...bytes } = news
          this.#report.step(step)
          if (bytes.bytesTotal > 0) this.#report.progress(bytes)
        }
      })
      if (outcome.kind === 'refused') this.#reason = outcome.message
    } catch {
      return
    }
  }

  async #abort(): Promise<void> {
    const { submitter } = this.#options
    const { migration } = await this.#onLedger()
    if (migration === undefined) {
      if (this.#state.phase === 'asking') throw this.#refusal('')
      return
    }
    this.#report.step('calling the move off')
    await submitter.submit({
      type: 'abort-migration',
      machine: migration.machine,
      migration: migration.id
    })
    this.#ledgerChanged()
  }

  /** A node that stops leaves the move to the two providers and the ledger's deadline; its owner calls it off. */
  #cancel(): void {
    const { reason } = this.#report.signal
    if (isStop(reason)) this.#settle?.reject(reason)
    else this.#enqueue(() => this.#abort())
  }

  #refusal(why: string): OrderRefused {
    if (this.#report.signal.aborted) {
      return new OrderRefused('CANCELLED', 'the move was called off; the machine is where it was')
    }
    const words = this.#reason === null ? why : `${why}: ${this.#reason}`
    return new OrderRefused('NOT_MOVED', `${words}; the machine is where it was`)
  }
}

function isStop(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === 'NODE_STOPPING'
}
