/**
 * Carries out the effects of `update` against the node, and turns what comes back into events. It never
 * throws: whatever fails becomes a `refused` or `unreachable` event with a sentence.
 */
import type { Duplex } from 'node:stream'
import type { ApiErrorBody, MachineView, NodePort, OperationView } from './port.ts'
import type { Answer, Asked, Effect, Order, Problem } from './state/index.ts'

/** How often the node is asked when nothing happens; its events bring the rest. */
const POLL_MS = 2000
/** Events come in bursts (a block is several): one question for all of them. */
const GATHER_MS = 150
/** Between two tries to follow the event log. */
const RETRY_MS = 2000

export interface DriverSinks {
  answer(answer: Answer): void
  copy(text: string): void
  quit(): void
  /** Gives the terminal to a guest until it is left; true when the far end dropped it. */
  attach(guest: Duplex, name: string): Promise<boolean>
}

export class Driver {
  readonly #port: NodePort
  readonly #sinks: DriverSinks
  readonly #closing: AbortController = new AbortController()
  readonly #watched: Set<string> = new Set()
  #poll: NodeJS.Timeout | null = null
  #gather: NodeJS.Timeout | null = null
  #retry: NodeJS.Timeout | null = null
  #refreshing = false
  #again = false
  #lastEvent = 0

  constructor(port: NodePort, sinks: DriverSinks) {
    this.#port = port
    this.#sinks = sinks
  }

  start(): void {
    this.#refresh()
    this.#poll = setInterval(() => this.#refresh(), POLL_MS)
    this.#follow()
  }

  close(): void {
    this.#closing.abort()
    if (this.#poll !== null) clearInterval(this.#poll)
    if (this.#gather !== null) clearTimeout(this.#gather)
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  run(effect: Effect): void {
    switch (effect.kind) {
      case 'refresh':
        return this.#refresh()
      case 'browse':
        return this.#ask('browse', async () => {
          const { configurations } = await this.#port.call('market.browse', {})
          return { type: 'browsed', entries: configurations }
        })
      case 'search':
        return this.#ask('search', async () => {
          const { machine, move, bid } = effect
          const wish = bid === null ? { machine, move } : { machine, move, bid }
          const search = await this.#port.call('machine.search', wish)
          return { type: 'searched', machine, search }
        })
      case 'election':
        return this.#ask('election', async () => {
          return { type: 'election', election: await this.#port.call('election.show', {}) }
        })
      case 'vote':
        return this.#ask('vote', async () => {
          const candidates = [...effect.candidates]
          return { type: 'voted', election: await this.#port.call('election.vote', { candidates }) }
        })
      case 'create':
        return this.#save(true, () => this.#port.call('machine.create', effect.input))
      case 'edit':
        return this.#save(false, () => this.#port.call('machine.edit', effect.input))
      case 'order':
        return this.#order(effect.order)
      case 'watch':
        return this.#watch(effect.operation)
      case 'console':
        return this.#console(effect.machine, effect.name)
      case 'copy':
        return this.#sinks.copy(effect.text)
      case 'quit':
        return this.#sinks.quit()
    }
  }

  #ask(asked: Asked, question: () => Promise<Answer>): void {
    question().then(
      answer => this.#answer(answer),
      (error: unknown) => this.#answer({ type: 'refused', asked, problem: problemFrom(error) })
    )
  }

  #answer(answer: Answer): void {
    if (!this.#closing.signal.aborted) this.#sinks.answer(answer)
  }

  #save(created: boolean, question: () => Promise<MachineView>): void {
    this.#ask('save', async () => ({ type: 'saved', machine: await question(), created }))
  }

  #order(order: Order): void {
    this.#ask(order.verb, () => carryOut(this.#port, order))
  }

  #watch(id: string): void {
    if (this.#watched.has(id)) return
    this.#watched.add(id)
    const update = (operation: OperationView): void =>
      this.#answer({ type: 'operation', operation })
    this.#port
      .watchOperation(id, update, this.#closing.signal)
      .then(update, () => this.#refresh())
      .finally(() => this.#watched.delete(id))
  }

  #console(machine: string, name: string): void {
    this.#port.console(machine, 'serial').then(
      async guest => {
        if (this.#closing.signal.aborted) return void guest.destroy()
        this.#answer({ type: 'console-opened', name })
        const dropped = await this.#sinks.attach(guest, name)
        this.#answer({ type: 'console-ended', name, dropped })
      },
      (error: unknown) =>
        this.#answer({ type: 'refused', asked: 'console', problem: problemFrom(error) })
    )
  }

  /** One snapshot at a time; a question during one is asked once after it. */
  #refresh(): void {
    if (this.#refreshing) {
      this.#again = true
      return
    }
    this.#refreshing = true
    this.#again = false
    snapshot(this.#port)
      .then(
        answer => {
          this.#answer(answer)
          for (const operation of answer.snapshot.operations)
            if (operation.state === 'running') this.#watch(operation.id)
        },
        (error: unknown) => this.#answer({ type: 'unreachable', problem: problemFrom(error) })
      )
      .finally(() => {
        this.#refreshing = false
        if (this.#again && !this.#closing.signal.aborted) this.#refresh()
      })
  }

  #follow(): void {
    const again = (): void => {
      if (this.#closing.signal.aborted) return
      this.#retry = setTimeout(() => this.#follow(), RETRY_MS)
    }
    this.#port
      .events(
        this.#lastEvent + 1,
        event => {
          this.#lastEvent = event.sequence
          this.#gather ??= setTimeout(() => {
            this.#gather = null
            this.#refresh()
          }, GATHER_MS)
        },
        this.#closing.signal
      )
      .then(again, again)
  }
}

async function snapshot(port: NodePort): Promise<Extract<Answer, { type: 'snapshot' }>> {
  const status = await port.call('node.status', {})
  const [account, { machines }, { operations }] = await Promise.all([
    status.account === null ? null : port.call('account.show', {}),
    port.call('machine.list', {}),
    port.call('operation.list', {})
  ])
  return { type: 'snapshot', snapshot: { status, account, machines, operations } }
}

async function carryOut(port: NodePort, order: Order): Promise<Answer> {
  const { machine, verb } = order
  switch (verb) {
    case 'discard':
      await port.call('machine.discard', { machine })
      return { type: 'discarded', name: order.name }
    case 'store':
    case 'move':
      return ordered(port.call(`machine.${verb}`, { machine, host: order.host }))
    case 'start':
    case 'resume':
      return ordered(port.call(`machine.${verb}`, { machine, spendLimit: order.spendLimit }))
    case 'stop':
    case 'suspend':
    case 'delete':
      return ordered(port.call(`machine.${verb}`, { machine }))
    case 'raise-limit': {
      const wish = { machine, spendLimit: order.spendLimit }
      return { type: 'said', verb, machine: await port.call('machine.raise-limit', wish) }
    }
    case 'release':
    case 'release-contract':
      return { type: 'said', verb, machine: await port.call(`machine.${verb}`, { machine }) }
    case 'declare-lost': {
      const wish = order.heir === undefined ? { machine } : { machine, heir: order.heir.uuid }
      return { type: 'said', verb, machine: await port.call('machine.declare-lost', wish) }
    }
    case 'vouch': {
      const { destination } = await port.call('machine.vouch', { machine })
      return { type: 'vouched', name: order.name, destination: destination.name }
    }
  }
}

async function ordered(operation: Promise<OperationView>): Promise<Answer> {
  return { type: 'ordered', operation: await operation }
}

/** Sentences only: a stack helps nobody on a screen. */
function problemFrom(error: unknown): Problem {
  const body = error as Partial<ApiErrorBody> | null
  const message = typeof body?.message === 'string' ? body.message : String(error)
  return { message, hint: typeof body?.hint === 'string' ? body.hint : null }
}
