/** Buyers and providers at work: what they send while coordinators crash and lie. */
import {
  type Body,
  type Hash,
  type HostRecord,
  hashTransaction,
  type MachineRecord,
  type OrderVerb,
  type SignedTransaction,
  type Signer,
  type SignerRef,
  type StateReader
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'
import { endingOf, SEALED } from './endings.ts'
import { Pen, type Person, person } from './people.ts'

export interface TrafficPlan {
  readonly chance: Chance
  readonly clockwork: Clockwork
  readonly network: string
  /** The coordinators' keys: their fees are collected now and then. */
  readonly members: readonly Signer[]
  /** The newest state that is final anywhere. */
  readonly state: () => StateReader
  readonly isFinal: (hash: Hash) => boolean
  /** Gives a transaction to a coordinator, any one. */
  readonly submit: (signed: SignedTransaction) => void
}

/** Nonces that a sender has under way at once. */
const AHEAD_MAX = 3
const ACT_MS_MAX = 120
const AGAIN_MS = 900
/** A host that says nothing this time is silent for a while. */
const SILENT_PERCENT = 15

const VERBS: Readonly<Record<MachineRecord['state'], readonly OrderVerb[]>> = {
  registered: ['store'],
  stored: ['start', 'start', 'start', 'delete'],
  started: ['stop', 'suspend'],
  stopped: ['start', 'start', 'delete'],
  suspended: ['resume', 'resume', 'resume', 'delete'],
  migrating: []
}

interface Sender {
  readonly signer: SignerRef
  readonly key: Signer
}

export class Traffic {
  readonly #plan: TrafficPlan
  readonly #pen: Pen
  readonly #buyers = ['ann', 'bob', 'cleo'].map(name => person(name, 'buyer'))
  readonly #providers = ['alex', 'peter'].map(name => person(name, 'provider'))
  /** Highest nonce given out, by signer. */
  readonly #nonces = new Map<string, number>()
  readonly #waiting = new Map<Hash, SignedTransaction>()
  #sent = 0
  #resting = false

  constructor(plan: TrafficPlan) {
    this.#plan = plan
    this.#pen = new Pen(plan.network)
  }

  get sent(): number {
    return this.#sent
  }

  begin(): void {
    for (const someone of [...this.#buyers, ...this.#providers]) {
      this.#send(this.#asAccount(someone), this.#pen.openAccount(someone))
    }
    this.#goOn()
    this.#sendAgain()
    this.#showAlive()
  }

  /** Nobody begins anything new from now on. */
  rest(): void {
    this.#resting = true
  }

  /** A transaction that any ledger has to take in. */
  probe(name: string): SignedTransaction {
    const someone = person(name, 'buyer')
    const { signer, key } = this.#asAccount(someone)
    return this.#pen.transaction(this.#plan.state(), signer, key, 1, this.#pen.openAccount(someone))
  }

  #goOn(): void {
    if (this.#resting) return
    this.#act()
    this.#plan.clockwork.after(this.#plan.chance.between(1, ACT_MS_MAX), () => this.#goOn())
  }

  /** Whoever has no answer gives the same bytes to another coordinator. */
  #sendAgain(): void {
    const { clockwork, submit, isFinal, state } = this.#plan
    for (const [hash, signed] of this.#waiting) {
      if (isFinal(hash) || signed.transaction.expiryHeight < state().height)
        this.#waiting.delete(hash)
      else submit(signed)
    }
    clockwork.after(AGAIN_MS, () => this.#sendAgain())
  }

  #showAlive(): void {
    if (this.#resting) return
    const { chance, clockwork } = this.#plan
    const state = this.#plan.state()
    for (const host of state.hosts()) {
      if (chance.percent(SILENT_PERCENT)) continue
      this.#send(this.#asHost(host), { type: 'alive', height: state.height })
    }
    clockwork.after(state.genesis.parameters.alivePeriodMs / 2, () => this.#showAlive())
  }

  #act(): void {
    const { chance } = this.#plan
    const state = this.#plan.state()
    const hosts = [...state.hosts()]
    const machines = [...state.machines()]
    if (chance.oneIn(40)) this.#collectFees()
    else if (hosts.length < 3 && chance.oneIn(3)) this.#registerHost()
    else if (machines.length < 6 && chance.oneIn(3)) this.#registerMachine()
    else if (machines.length > 0 && hosts.length > 0) {
      this.#actOn(state, chance.pick(machines), chance.pick(hosts))
    }
  }

  #registerHost(): void {
    const owner = this.#plan.chance.pick(this.#providers)
    this.#sendNumbered(this.#asAccount(owner), nonce => this.#pen.registerHost(owner, nonce))
  }

  #collectFees(): void {
    const { chance, members } = this.#plan
    const to = chance.pick(this.#providers)
    const member = chance.pick(members)
    this.#sendNumbered(this.#asAccount(to), nonce => this.#pen.collectFees(to, nonce, member))
  }

  #registerMachine(): void {
    const owner = this.#plan.chance.pick(this.#buyers)
    this.#sendNumbered(this.#asAccount(owner), () => this.#pen.registerMachine())
  }

  #actOn(state: StateReader, machine: MachineRecord, other: HostRecord): void {
    const { chance } = this.#plan
    const owner = this.#buyers.find(({ id }) => id === machine.owner)
    if (owner === undefined) return
    const holder = machine.holder === null ? undefined : state.host(machine.holder)
    if (machine.state === 'migrating') return this.#actOnMove(state, machine, owner)
    const rests = machine.state !== 'registered' && machine.state !== 'started'
    if (rests && chance.oneIn(3)) {
      return this.#send(this.#asAccount(owner), this.#pen.move(state, machine, other))
    }
    const ending = chance.oneIn(4) ? endingOf(chance, machine) : null
    if (ending?.by === 'owner') return this.#send(this.#asAccount(owner), ending.body)
    if (ending?.by === 'holder' && holder !== undefined) {
      return this.#send(this.#asHost(holder), ending.body)
    }
    const host = holder ?? other
    const verb = chance.pick(VERBS[machine.state])
    if (verb === 'delete' && !chance.oneIn(4)) return
    const order = this.#pen.order(state, machine, owner, verb, host)
    const seals = verb === 'store' || verb === 'stop' || verb === 'suspend'
    this.#send(this.#asHost(host), { type: 'confirm', order, root: seals ? SEALED : null })
  }

  #actOnMove(state: StateReader, { uuid }: MachineRecord, owner: Person): void {
    const move = state.migration(uuid)
    const [origin, destination] = [move?.origin, move?.destination].map(id => state.host(id ?? ''))
    if (move === undefined || origin === undefined || destination === undefined) return
    const to = this.#asHost(destination)
    const { id, root } = move
    this.#plan.chance.pick([
      () => this.#send(to, this.#pen.commit(uuid, id, root, origin)),
      () => this.#send(to, this.#pen.commit(uuid, id, root, origin)),
      () =>
        this.#send(to, { type: 'heartbeat', machine: uuid, migration: id, height: state.height }),
      () =>
        this.#send(this.#asAccount(owner), {
          type: 'abort-migration',
          machine: uuid,
          migration: id
        })
    ])()
  }

  #asAccount({ id, key }: Person): Sender {
    return { signer: { kind: 'account', id }, key }
  }

  #asHost(host: HostRecord): Sender {
    return { signer: { kind: 'host', id: host.uuid }, key: this.#pen.hostKey(host) }
  }

  #send(sender: Sender, body: Body): void {
    if (body.type === 'heartbeat' || body.type === 'alive') this.#submit(sender, 0, body)
    else this.#sendNumbered(sender, () => body)
  }

  #sendNumbered(sender: Sender, bodyOf: (nonce: number) => Body): void {
    const state = this.#plan.state()
    const { id } = sender.signer
    const stored = state.account(id)?.nonce ?? state.host(id)?.nonce ?? 0
    const last = Math.max(stored, this.#nonces.get(id) ?? 0)
    if (last >= stored + AHEAD_MAX) return
    this.#nonces.set(id, last + 1)
    this.#submit(sender, last + 1, bodyOf(last + 1))
    // Now and then somebody signs two things under one number, and gives each to somebody else.
    if (this.#plan.chance.oneIn(12)) this.#submit(sender, last + 1, this.#pen.registerMachine())
  }

  #submit({ signer, key }: Sender, nonce: number, body: Body): void {
    const signed = this.#pen.transaction(this.#plan.state(), signer, key, nonce, body)
    this.#waiting.set(hashTransaction(signed, toyCrypto), signed)
    this.#sent += 1
    this.#plan.submit(signed)
    if (this.#plan.chance.oneIn(8)) this.#plan.submit(signed)
  }
}
