import {
  type HostRecord,
  type MachineRecord,
  type MigrationRecord,
  type SignedAcceptance,
  type SignedOffer
} from '../../ledger/index.ts'
import {
  type OrderProgress,
  requestAcceptance,
  signAcceptRequest,
  watchMove
} from '../../protocols/order/index.ts'
import {
  type MoveRequest,
  type Requester,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterStep,
  startRequester,
  stepRequester,
  type VmmpChannel,
  vmmpChannel
} from '../../protocols/vmmp/index.ts'
import type { Clock } from '../clock.ts'
import { peerTextOf } from '../network/index.ts'
import { hostKey, OrderRefused, type OwnerOptions } from '../owner/index.ts'
import type { Submitter } from '../replica/index.ts'
import { METHODS } from '../transfer/index.ts'
import { announce } from './effect-channel.ts'

export interface RequestOptions extends OwnerOptions {
  readonly submitter: Submitter
  readonly clock: Clock
}

export interface MoveWish {
  readonly machine: MachineRecord
  readonly destination: HostRecord
  readonly offer: SignedOffer
  /** null: the best that the destination offers. */
  readonly method: string | null
}

export interface MoveReport {
  readonly signal: AbortSignal
  step(text: string): void
  progress(bytes: Omit<OrderProgress, 'step'>): void
}

const TICK_MS = 1_000
const QUERY_MS = 3_000
/** Blocks for which the destination's promise is good. */
const ACCEPTANCE_HEIGHTS = 60

/** Methods a host offers for a machine now; none when it cannot be reached (figure 20). */
export async function queryMethods(
  options: OwnerOptions,
  machine: string,
  host: string
): Promise<string[]> {
  const signal = AbortSignal.timeout(QUERY_MS)
  try {
    const channel = await dial(options, host, signal)
    await channel.send({ verb: 'QUERY', machine })
    const answer = await channel.receive()
    await channel.finish()
    return answer?.ok === true && answer.message.verb === 'RESULTS'
      ? [...answer.message.methods]
      : []
  } catch {
    return []
  }
}

/** Moves a machine of ours; resolves when the ledger says that it has arrived, throws `OrderRefused` if not. */
export async function moveMachine(
  options: RequestOptions,
  wish: MoveWish,
  report: MoveReport
): Promise<void> {
  const asked = await moveRequest(options, wish, report.signal)
  await new Request(options, wish, report, asked).run()
}

async function dial(
  options: OwnerOptions,
  host: string,
  signal: AbortSignal
): Promise<VmmpChannel> {
  const addresses = options.addressesOf(host)
  const key = await hostKey(options, host, signal)
  const stream = await options.network.open('vmmp', key, { addresses, signal })
  return vmmpChannel(stream, { signal })
}

async function moveRequest(
  { network, ledger, addressesOf }: RequestOptions,
  { machine }: MoveWish,
  signal: AbortSignal
): Promise<MoveRequest> {
  const uuid = machine.holder
  const holder = uuid === null ? undefined : await ledger.read(state => state.host(uuid), signal)
  if (holder === undefined) throw new OrderRefused('ILLEGAL_STATE', 'no host holds this machine')
  return {
    machine: machine.uuid,
    version: machine.version,
    origin: {
      peer: peerTextOf(holder.key),
      address: addressesOf(holder.uuid)[0] ?? '/ip4/0.0.0.0'
    },
    requester: { peer: network.peer, address: network.addresses()[0] ?? '/ip4/0.0.0.0' }
  }
}

interface OnLedger {
  readonly machine: MachineRecord | undefined
  readonly migration: MigrationRecord | undefined
}

/** Drives the requester's machine of `protocols/vmmp/requester.ts`. */
class Request {
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

  constructor(options: RequestOptions, wish: MoveWish, report: MoveReport, asked: MoveRequest) {
    this.#options = options
    this.#wish = wish
    this.#report = report
    this.#first = startRequester(asked, options.clock.nowMs())
    this.#state = this.#first.state
  }

  async run(): Promise<void> {
    const { ledger, clock } = this.#options
    this.#report.step('asking the destination for its methods')
    this.#channel = await this.#dial()
    const ended = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    const timer = setInterval(() => this.#feed({ type: 'tick', nowMs: clock.nowMs() }), TICK_MS)
    const forget = ledger.onHead(() => this.#ledgerChanged())
    const cancel = (): void => this.#cancel()
    this.#report.signal.addEventListener('abort', cancel)
    this.#enqueue(() => this.#carryOut(this.#first.effects))
    void this.#listen(this.#channel)
    try {
      await ended
    } finally {
      this.#over.abort(new Error('the move is over'))
      clearInterval(timer)
      forget()
      this.#report.signal.removeEventListener('abort', cancel)
      void this.#channel.finish()
    }
  }

  async #dial(): Promise<VmmpChannel> {
    const { destination } = this.#wish
    try {
      return await dial(
        this.#options,
        destination.uuid,
        AbortSignal.any([this.#report.signal, this.#over.signal])
      )
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new OrderRefused('UNREACHABLE', `${destination.name} cannot be reached: ${why}`)
    }
  }

  /** The stream's end is no news: the ledger and the ticks decide. */
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
    const best = METHODS.find(({ name }) => offered.includes(name))?.name ?? 'SCP'
    this.#feed({ type: 'choose', method: this.#wish.method ?? best })
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
        // A destination that cannot be told is silent: that is judged by the clock, and called off on the ledger.
        return this.#channel?.send(effect.message).catch(() => undefined)
      case 'open':
        return this.#open()
      case 'submit-abort':
        return this.#abort()
      case 'tell':
        if (effect.end.kind === 'moved') this.#settle?.resolve()
        else this.#settle?.reject(this.#refusal(effect.end.why))
    }
  }

  async #open(): Promise<void> {
    if (this.#report.signal.aborted) throw this.#refusal('')
    this.#report.step('asking the destination for its promise')
    const acceptance = await this.#acceptance()
    const { machine, offer, destination } = this.#wish
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
    this.#report.step('copying')
    this.#feed({ type: 'opened', nowMs: this.#options.clock.nowMs() })
    this.#enqueue(async () => {
      void this.#watchProgress(destination.uuid)
    })
  }

  async #acceptance(): Promise<SignedAcceptance> {
    const { machine, offer, destination } = this.#wish
    const { ledger, network, key, addressesOf } = this.#options
    const request = {
      machine: machine.uuid,
      version: machine.version,
      offer,
      expiryHeight: ledger.head().height + ACCEPTANCE_HEIGHTS
    }
    const { signal } = this.#over
    const stream = await network.open('order', destination.key, {
      addresses: addressesOf(destination.uuid),
      signal
    })
    const signed = signAcceptRequest(ledger.context.network, request, machine.owner, key)
    const answer = await requestAcceptance(stream, signed, { signal })
    if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
    return answer.acceptance
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
