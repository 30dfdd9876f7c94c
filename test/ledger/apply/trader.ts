import {
  type Body,
  type HostRecord,
  type OrderVerb,
  type Prices,
  parseDollars
} from '../../../ledger/index.ts'
import { ALEX_PRICES, CONFIGURATION1, DAY_MS, GENESIS, Market } from './market.ts'

export const MINUTE_MS = 60_000

/** Numbers from 0 up to 1 that follow from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const VERBS: readonly OrderVerb[] = ['store', 'start', 'resume', 'stop', 'suspend', 'delete']
const BUYERS = ['ann', 'bob', 'cleo']
const PROVIDERS = ['alex', 'peter']

/**
 * Buyers and providers who do whatever comes into their heads, most of it illegal: few dollars, small hosts,
 * and now and then somebody lies. Times are whole minutes.
 */
export class Trader {
  readonly market: Market
  readonly #random: () => number
  readonly #machines: string[] = []

  constructor(seed: number) {
    this.#random = randomOf(seed)
    this.market = new Market({
      ...GENESIS,
      parameters: {
        ...GENESIS.parameters,
        signupGrant: parseDollars('4'),
        migrationDeadlineMs: 30 * MINUTE_MS,
        migrationHardLimitMs: 90 * MINUTE_MS,
        expiryHeightsMax: 100_000
      }
    })
    for (const name of BUYERS) this.market.open(name, 'buyer')
    for (const name of PROVIDERS) this.market.open(name, 'provider')
    const small = { speed: 12_000, memoryMb: 400, storageMb: 350 }
    for (const name of [...PROVIDERS, ...PROVIDERS]) this.market.host(name, small)
    for (const name of [...BUYERS, ...BUYERS]) this.#machines.push(this.market.register(name))
  }

  /** Lets some time pass, or somebody act. */
  step(): void {
    const { market } = this
    if (this.#chance(0.35)) {
      const most = this.#pick([4, 60, 60, (3 * DAY_MS) / MINUTE_MS])
      market.after(MINUTE_MS * Math.floor(this.#random() * most))
      return
    }
    const moving = market.state.migrations().map(migration => migration.machine)
    const machine = this.#pick(moving.length > 0 && this.#chance(0.3) ? moving : this.#machines)
    if (market.state.machine(machine) === undefined) {
      this.#replace(machine)
      return
    }
    this.#pick([
      () => this.#order(machine),
      () => this.#order(machine),
      () => this.#order(machine),
      () => this.#move(machine),
      () => this.#endMove(machine),
      () => this.#report(machine),
      () => this.#own(machine)
    ])()
  }

  #order(machine: string): void {
    const { market } = this
    const { state, holder } = market.machine(machine)
    const host = holder === null || this.#chance(0.1) ? this.#host() : market.hostNow(holder)
    const likely = VERBS.filter(verb => (verb === 'store') === (state === 'registered'))
    const verb = this.#pick(this.#chance(0.8) ? likely : VERBS)
    if (verb === 'delete' && this.#chance(0.7)) return
    const offer = verb === 'store' ? market.offer(host, { prices: this.#prices() }) : null
    const spendLimit = verb === 'start' || verb === 'resume' ? this.#pick(LIMITS) : null
    const version = market.machine(machine).version + (this.#chance(0.05) ? 1 : 0)
    const order = market.order(machine, verb, host, { offer, spendLimit, version })
    market.confirm(host, this.#chance(0.05) ? { ...order, signature: 'forged' } : order)
  }

  #move(machine: string): void {
    const host = this.#host()
    const offer = this.market.offer(host, { prices: this.#prices() })
    const acceptance = this.market.acceptance(machine, host, offer)
    this.market.openMove(machine, host, { offer, acceptance })
  }

  #endMove(machine: string): void {
    const { market } = this
    const migration = market.state.migration(machine)
    if (migration === undefined) return
    const destination = market.hostNow(migration.destination)
    const { id } = migration
    this.#pick([
      () => market.commit(machine, this.#chance(0.1) ? this.#host() : destination),
      () => market.by(migration.owner, { type: 'abort-migration', machine, migration: id }),
      () => market.byHost(this.#host(), { type: 'abort-migration', machine, migration: id }),
      () => market.byHost(destination, this.#heartbeat(machine, id)),
      () => market.byHost(destination, this.#heartbeat(machine, id))
    ])()
  }

  #heartbeat(machine: string, migration: string): Body {
    return { type: 'heartbeat', machine, migration, height: this.market.state.height }
  }

  #report(machine: string): void {
    const { holder, version, billing } = this.market.machine(machine)
    const host = holder === null ? this.#host() : this.market.hostNow(holder)
    const type = billing.halt !== null || this.#chance(0.5) ? 'suspend-unpaid' : 'fell'
    this.market.byHost(host, { type, machine, version, root: 'sealed alone' })
  }

  #own(machine: string): void {
    const { owner, orderSequence, configuration, bid } = this.market.machine(machine)
    const who = this.#chance(0.2) ? this.#pick([...BUYERS, ...PROVIDERS]) : owner
    this.#pick<() => void>([
      () => {
        this.market.by(who, { type: 'cancel-orders', machine, sequence: orderSequence + 1 })
      },
      () => {
        this.market.by(who, { type: 'edit-machine', machine, configuration, bid })
      },
      () => {
        if (this.#chance(0.2)) this.market.by(who, { type: 'discard-machine', machine })
      }
    ])()
  }

  #replace(gone: string): void {
    const configuration = { ...CONFIGURATION1, memoryMb: this.#pick([32, 64, 128]) }
    const machine = this.market.register(this.#pick(BUYERS), configuration)
    this.#machines[this.#machines.indexOf(gone)] = machine
  }

  #prices(): Prices {
    return {
      ...ALEX_PRICES,
      speedPrice: this.#pick([1n, parseDollars('0.000001'), parseDollars('0.00001')]),
      storagePrice: this.#pick([1n, parseDollars('0.05'), parseDollars('0.3')]),
      runningPeriodS: this.#pick([60, 300, 3_600]),
      storagePeriodDays: this.#pick([1, 2, 30])
    }
  }

  #host(): HostRecord {
    return this.#pick(this.market.state.hosts())
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<T>(from: readonly T[]): T {
    const choice = from[Math.floor(this.#random() * from.length)]
    if (choice === undefined) throw new Error('nothing to choose from')
    return choice
  }
}

const LIMITS = [0n, parseDollars('0.02'), parseDollars('0.5'), parseDollars('100')]
