import {
  type Body,
  type Heir,
  type HostRecord,
  isAliveDue,
  type OrderVerb,
  type Prices,
  parseDollars
} from '../../../ledger/index.ts'
import { ALEX_PRICES, CONFIGURATION1, DAY_MS, GENESIS, Market, signatureOf } from './market.ts'

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

/** Whole periods of alive records have gone by, so that a period ends with a minute. */
const BEGIN_MS = 1_100_000_400_000
const LEASE_MS = 20 * MINUTE_MS

const VERBS: readonly OrderVerb[] = ['store', 'start', 'resume', 'stop', 'suspend', 'delete']
const BUYERS = ['ann', 'bob', 'cleo']
const PROVIDERS = ['alex', 'peter']
const COORDINATORS = ['judy', 'jack', 'jill']

/**
 * Buyers and providers who do whatever comes into their heads, most of it illegal: few dollars, small hosts,
 * and now and then somebody lies. Hosts fall silent, and so does the ledger. Times are whole minutes.
 */
export class Trader {
  readonly market: Market
  readonly #random: () => number
  readonly #machines: string[] = []
  #asleep: ReadonlySet<string> = new Set()

  constructor(seed: number) {
    this.#random = randomOf(seed)
    this.market = new Market({
      ...GENESIS,
      timeMs: BEGIN_MS,
      coordinators: COORDINATORS.map(key => ({ name: key, key })),
      parameters: {
        ...GENESIS.parameters,
        signupGrant: parseDollars('4'),
        migrationDeadlineMs: 30 * MINUTE_MS,
        migrationHardLimitMs: 90 * MINUTE_MS,
        expiryHeightsMax: 100_000,
        alivePeriodMs: 10 * MINUTE_MS,
        leaseMs: LEASE_MS,
        graceMs: DAY_MS,
        retentionMs: 2 * DAY_MS,
        // Odd amounts, so that three do not share them evenly.
        openFee: 11n,
        registerFee: 1_001n,
        transactionFee: 7n,
        election: null
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
      this.#pass()
      return
    }
    const moving = market.state.migrations().map(migration => migration.machine)
    const running = market.state.machines().filter(({ state }) => state === 'started')
    const likely = this.#pick([moving, running.map(({ uuid }) => uuid), this.#machines])
    const machine = this.#pick(likely.length > 0 && this.#chance(0.5) ? likely : this.#machines)
    if (market.state.machine(machine) === undefined) {
      this.#replace(machine)
      return
    }
    if (moving.includes(machine) && this.#chance(0.5)) {
      this.#endMove(machine)
      return
    }
    this.#pick([
      () => this.#order(machine),
      () => this.#order(machine),
      () => this.#order(machine),
      () => this.#move(machine),
      () => this.#endMove(machine),
      () => this.#report(machine),
      () => this.#own(machine),
      () => this.#alone(machine),
      () => this.#onTheSide()
    ])()
  }

  /** A while without a block, or some hours with one in every lease, in which those awake are heard. */
  #pass(): void {
    const { market } = this
    const most = this.#pick([4, 60, 60, (3 * DAY_MS) / MINUTE_MS])
    if (this.#chance(0.6)) {
      market.after(MINUTE_MS * Math.floor(this.#random() * most))
      return
    }
    if (this.#chance(0.3)) {
      const asleep = market.state.hosts().filter(() => this.#chance(0.4))
      this.#asleep = new Set(asleep.map(({ uuid }) => uuid))
    }
    const untilMs =
      market.state.timeMs + MINUTE_MS * Math.floor(this.#random() * HOURS_OF_BLOCKS * 60)
    while (market.state.timeMs < untilMs) {
      market.after(MINUTE_MS * (1 + Math.floor((this.#random() * LEASE_MS) / MINUTE_MS)))
      for (const host of market.state.hosts()) {
        if (this.#asleep.has(host.uuid) || !isAliveDue(market.state, host)) continue
        market.byHost(host, { type: 'alive', height: market.state.height })
      }
    }
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
      () => market.byHost(destination, market.commitBody(machine, `key of ${migration.owner}`)),
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
    const seals = billing.halt !== null || this.#chance(0.5) ? 'suspend-unpaid' : 'fell'
    const type = this.#pick([seals, seals, 'seal', 'give-notice', 'evict'] as const)
    if (type === 'give-notice' || type === 'evict') {
      this.market.byHost(host, { type, machine, version })
      return
    }
    this.market.byHost(host, { type, machine, version, root: 'sealed alone' })
  }

  /** What an owner may do without a word of the holder. */
  #alone(machine: string): void {
    const { market } = this
    const { owner, version, billing } = market.machine(machine)
    const spendLimit = this.#pick([this.#pick(LIMITS), (billing.spendLimit ?? 0n) + LIMITS[1]])
    this.#pick<() => void>([
      () => {
        market.by(owner, { type: 'release', machine, version })
      },
      () => {
        market.by(owner, { type: 'raise-limit', machine, version, spendLimit })
      },
      () => {
        market.by(owner, { type: 'raise-limit', machine, version, spendLimit })
      },
      () => {
        if (this.#chance(0.5)) market.by(owner, { type: 'release-contract', machine, version })
      },
      () => {
        const heir = this.#chance(0.5) ? this.#heir(machine) : null
        market.by(owner, { type: 'declare-lost', machine, version, heir })
      }
    ])()
  }

  #heir(machine: string): Heir {
    const { market } = this
    const copy = market.machine(machine).retained
    const host = copy === null ? this.#host() : market.hostNow(copy.host)
    const offer = market.offer(host, { prices: this.#prices() })
    return { offer, acceptance: market.acceptance(machine, host, offer) }
  }

  /** Fees are collected, somebody says that they are there, or comes too late for a name. */
  #onTheSide(): void {
    const { market } = this
    const coordinator = this.#pick([...COORDINATORS, 'no coordinator'])
    const proof = signatureOf(coordinator)
    this.#pick<() => void>([
      () => {
        const account = this.#pick([...BUYERS, ...PROVIDERS])
        market.by(account, { type: 'collect-fees', coordinator, proof })
      },
      () => {
        market.byHost(this.#host(), { type: 'alive', height: market.state.height })
      },
      () => {
        market.by('late', { type: 'open-account', name: 'ANN', kind: 'buyer', key: 'key of late' })
      }
    ])()
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
    const { registerFee } = this.market.state.genesis.parameters
    const solvent = BUYERS.filter(name => this.market.balance(name) >= registerFee)
    if (solvent.length === 0) return
    const machine = this.market.register(this.#pick(solvent), configuration)
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

const LIMITS = [0n, parseDollars('0.02'), parseDollars('0.5'), parseDollars('100')] as const
const HOURS_OF_BLOCKS = 6
