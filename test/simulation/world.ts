/** One run: a set of coordinators, some of which lie, in bad weather that clears up; all of it from one seed. */
import {
  decodeMessage,
  type Genesis,
  networkOf,
  type PublicKey,
  type Signer
} from '../../ledger/index.ts'
import { toyCrypto, toySigner } from '../support/toy-crypto.ts'
import { Chance } from './chance.ts'
import { Clockwork } from './clockwork.ts'
import { contentsOf, replayInOtherCuts } from './cuts.ts'
import { genesisOf } from './genesis.ts'
import { Judge } from './judge.ts'
import { LIES, Liar } from './liars/index.ts'
import { type Mutant, SOUND } from './mutants.ts'
import { Seat, type SeatEars } from './seat.ts'
import { Trace } from './trace.ts'
import { Traffic } from './traffic.ts'
import { Violated, type Violation } from './violation.ts'
import { Weather } from './weather.ts'

export type SetSize = 1 | 4 | 7

export interface RunOptions {
  readonly seed: number
  readonly members: SetSize
  readonly mutant?: Mutant
}

export interface RunReport {
  readonly seed: number
  readonly members: SetSize
  readonly mutant: string
  readonly violation: Violation | null
  /** What the liars did, one entry for each. */
  readonly liars: readonly string[]
  readonly quiet: boolean
  readonly blocks: number
  readonly views: number
  readonly skippedViews: number
  readonly transactions: number
  readonly sent: number
  readonly messages: number
  readonly crashes: number
  readonly trace: string
  readonly tail: readonly string[]
}

/** After the weather has cleared a transaction is final everywhere within this time. */
const PROGRESS_MS = 60_000
/** For the power to come back everywhere. */
const RECOVERY_MS = 3_000
/** Long enough for running periods of a minute to be charged. */
const EPILOGUE_MS = 130_000
/** Every n-th seed is a day on which nothing goes wrong. */
const QUIET_EVERY = 10
/** Clocks of honest coordinators are off by at most this. */
const SKEW_MS_MAX = 200
/** Messages about one block in quiet weather: each member sends each other a proposal at most, its two votes and two certificates. */
const MESSAGES_PER_PAIR = 5

/** Runs one seed to its end, or to the first thing that should not have happened. */
export function simulate(options: RunOptions): RunReport {
  return new World(options).run()
}

class World {
  readonly #options: RunOptions
  readonly #chance: Chance
  readonly #clockwork: Clockwork
  readonly #trace: Trace
  readonly #genesis: Genesis
  readonly #signers: readonly Signer[]
  readonly #weather: Weather
  readonly #judge: Judge
  readonly #traffic: Traffic
  readonly #seats: Seat[] = []
  /** By place in the set; twins share one. */
  readonly #seatsAt: Seat[][]
  readonly #liars = new Map<number, Liar>()
  readonly #liarNames: string[] = []
  readonly #healMs: number
  readonly #quiet: boolean
  #messages = 0
  #votes = 0
  #violation: Violation | null = null

  constructor(options: RunOptions) {
    const { seed, members } = options
    this.#options = options
    this.#chance = new Chance(seed * 8 + members)
    this.#signers = Array.from({ length: members }, (_, at) => toySigner(`member ${at}`))
    this.#genesis = genesisOf(this.#signers)
    this.#clockwork = new Clockwork(this.#genesis.timeMs)
    this.#trace = new Trace(this.#clockwork)
    this.#quiet = seed % QUIET_EVERY === 0
    const roughMs = this.#quiet ? 0 : this.#chance.between(6_000, 14_000)
    this.#healMs = this.#genesis.timeMs + roughMs
    this.#weather = new Weather(this.#chance, this.#clockwork, members, this.#healMs)
    const lying = this.#chooseLiars()
    this.#judge = new Judge({
      genesis: this.#genesis,
      honest: new Set(
        this.#signers.filter((_, at) => !lying.has(at)).map(({ publicKey }) => publicKey)
      ),
      skewMs: SKEW_MS_MAX,
      nowMs: () => this.#clockwork.nowMs
    })
    this.#seatsAt = this.#signers.map((_, at) => this.#occupy(at, lying.get(at)))
    this.#traffic = this.#makeTraffic()
  }

  run(): RunReport {
    try {
      this.#play()
    } catch (error) {
      if (!(error instanceof Violated)) throw error
      this.#violation = error.violation
      this.#trace.note(`VIOLATED ${error.message}`)
    }
    return this.#report()
  }

  #play(): void {
    for (const seat of this.#seats) seat.start()
    for (const liar of this.#liars.values()) liar.begin()
    this.#traffic.begin()
    this.#planPowerCut()
    this.#until(this.#healMs + (this.#quiet ? 10_000 : RECOVERY_MS))
    this.#checkProgress()
    this.#traffic.rest()
    for (const liar of this.#liars.values()) liar.rest()
    if (this.#quiet) this.#checkQuiet()
    this.#until(this.#clockwork.nowMs + EPILOGUE_MS)
    this.#judge.checkAcknowledged()
    this.#checkCuts()
  }

  #until(ms: number, over: () => boolean = () => false): void {
    this.#clockwork.run(ms, over)
  }

  /** In some runs the lights go out for everybody at once. */
  #planPowerCut(): void {
    const leftMs = this.#healMs - this.#clockwork.nowMs
    if (this.#quiet || !this.#chance.oneIn(3)) return
    this.#clockwork.after(this.#chance.between(500, leftMs), () => {
      for (const seat of this.#seats) seat.crash()
    })
  }

  /** Which members lie, and how: at most as many as the set can bear. */
  #chooseLiars(): Map<number, readonly string[]> {
    const { members } = this.#options
    const most = Math.floor((members - 1) / 3)
    const lying = new Map<number, readonly string[]>()
    if (this.#quiet || this.#chance.oneIn(4)) return lying
    const places = this.#chance.shuffled(this.#signers.map((_, at) => at)).slice(0, most)
    for (const at of places) {
      const lies = this.#chance
        .some(LIES.map(({ name }) => name))
        .slice(0, this.#chance.between(1, 3))
      const ways = this.#chance.oneIn(7) ? ['twin'] : lies
      lying.set(at, ways)
      this.#liarNames.push(`${at}: ${ways.join(' + ')}`)
    }
    return lying
  }

  #occupy(at: number, ways: readonly string[] | undefined): Seat[] {
    if (ways === undefined) return [this.#seat(at, `member ${at}`)]
    if (ways.includes('twin')) return [this.#seat(at, `twin ${at}a`), this.#seat(at, `twin ${at}b`)]
    const signer = this.#signerAt(at)
    const liar = new Liar({
      signer,
      genesis: this.#genesis,
      clockwork: this.#clockwork,
      chance: this.#chance,
      lies: LIES.filter(({ name }) => ways.includes(name)),
      post: (to, bytes) => this.#post(at, to, bytes)
    })
    this.#liars.set(at, liar)
    return []
  }

  #seat(at: number, name: string): Seat {
    const { mutant = SOUND, members } = this.#options
    const mayLose = Math.floor((members - 1) / 3) > this.#liarNames.length
    const seat = new Seat({
      at,
      name,
      signer: this.#signerAt(at),
      genesis: this.#genesis,
      rules: mutant.rules,
      heedsDamage: mutant.heedsDamage,
      clockwork: this.#clockwork,
      chance: this.#chance,
      trace: this.#trace,
      ears: this.#ears(at, name),
      skewMs: this.#chance.between(-SKEW_MS_MAX, SKEW_MS_MAX),
      healMs: this.#healMs,
      damageable: mayLose && at === 0
    })
    this.#seats.push(seat)
    return seat
  }

  #ears(at: number, name: string): SeatEars {
    const isTwin = name.startsWith('twin')
    return {
      started: seat => {
        // What was stored and not told before a crash is read from the store from now on.
        const told = this.#judge.heights.get(name) ?? 0
        if (isTwin) return
        for (const certified of seat.disk.blocks.slice(told)) this.#judge.final(name, certified, [])
      },
      post: (_seat, to, bytes) => this.#post(at, to, bytes),
      final: (_seat, { certified, outcomes }) => {
        const { height, view } = certified.block.header
        this.#trace.note(`${name} has block ${height} of view ${view} final`)
        if (!isTwin) this.#judge.final(name, certified, outcomes)
      },
      evidence: (_seat, { evidence }) => {
        this.#trace.note(`${name} accuses ${evidence.first.vote.signer.slice(0, 8)}`)
        if (!isTwin) this.#judge.evidence(evidence)
      },
      refused: (_seat, { from, fault }) => {
        if (!isTwin) this.#judge.refused(from, fault.code, fault.message)
      },
      threw: (_seat, error) => {
        const why = error instanceof Error ? error.message : String(error)
        if (!isTwin) throw new Violated('no halt', `${name} gave up: ${why}`)
      }
    }
  }

  #post(from: number, to: PublicKey | null, bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    const key = this.#signerAt(from).publicKey
    this.#judge.heard(key, message)
    for (const [at, { publicKey }] of this.#signers.entries()) {
      if (at === from || (to !== null && to !== publicKey)) continue
      this.#messages += 1
      if (message.type !== 'transactions') this.#votes += 1
      const liar = this.#liars.get(at)
      // Liars hear everything at once, and each other as well.
      if (liar !== undefined) this.#clockwork.after(1, () => liar.hear(message))
      for (const seat of this.#seatsAt[at] ?? []) {
        for (const delayMs of this.#weather.delays(from, at, message.type === 'propose')) {
          this.#clockwork.after(delayMs, () => seat.feed({ type: 'message', from: key, bytes }))
        }
      }
    }
  }

  #makeTraffic(): Traffic {
    return new Traffic({
      chance: this.#chance,
      clockwork: this.#clockwork,
      network: networkOf(this.#genesis, toyCrypto),
      members: this.#signers,
      state: () => this.#judge.tip.state,
      isFinal: hash => this.#judge.finalTransactions.has(hash),
      submit: signed => this.#chance.pick(this.#seats).submit(signed)
    })
  }

  #sound(): Seat[] {
    return this.#seats.filter(({ plan, retired }) => !retired && !plan.name.startsWith('twin'))
  }

  /** One transaction to one honest coordinator has to become final with all of them. */
  #checkProgress(): void {
    const probe = this.#traffic.probe(`probe-${this.#options.seed}`)
    const id = probe.transaction.signer.id
    const sound = this.#sound()
    this.#chance.pick(sound).submit(probe)
    const has = (seat: Seat): boolean => seat.disk.tip.state.account(id) !== undefined
    this.#until(this.#clockwork.nowMs + PROGRESS_MS, () => sound.every(has))
    const late = sound
      .filter(seat => !has(seat))
      .map(({ plan, height }) => `${plan.name} (height ${height})`)
    if (late.length === 0) return
    throw new Violated(
      'progress',
      `${PROGRESS_MS / 1_000} s after the weather cleared a transaction is not final at ${late.join(', ')}`
    )
  }

  #checkQuiet(): void {
    if (this.#skipped() > 0) {
      throw new Violated('quiet', `${this.#skipped()} views were skipped though nothing went wrong`)
    }
    const { members } = this.#options
    const bound = MESSAGES_PER_PAIR * members * (members - 1) * (this.#judge.chain.length + 2)
    if (this.#votes > bound) {
      throw new Violated(
        'quiet',
        `${this.#votes} messages for ${this.#judge.chain.length} blocks, at most ${bound} are needed`
      )
    }
  }

  #checkCuts(): void {
    const replayed = contentsOf(replayInOtherCuts(this.#genesis, this.#judge.chain, this.#chance))
    if (replayed === contentsOf(this.#judge.tip.state)) return
    throw new Violated('other cuts', 'the same transactions in other blocks give other records')
  }

  #skipped(): number {
    const views = this.#judge.chain.map(({ block }) => block.header.view)
    return (views.at(-1) ?? 0) - views.length
  }

  #signerAt(at: number): Signer {
    const signer = this.#signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    return signer
  }

  #report(): RunReport {
    const { seed, members, mutant = SOUND } = this.#options
    const { chain } = this.#judge
    return {
      seed,
      members,
      mutant: mutant.name,
      violation: this.#violation,
      liars: this.#liarNames,
      quiet: this.#quiet,
      blocks: chain.length,
      views: chain.at(-1)?.block.header.view ?? 0,
      skippedViews: this.#skipped(),
      transactions: this.#judge.finalTransactions.size,
      sent: this.#traffic.sent,
      messages: this.#messages,
      crashes: this.#seats.reduce((sum, { crashes }) => sum + crashes, 0),
      trace: this.#trace.digest(),
      tail: this.#trace.tail()
    }
  }
}
