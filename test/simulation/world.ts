/** One run: a set of coordinators, some of which lie, in bad weather that clears up; all of it from one seed. */
import {
  decodeMessage,
  type Genesis,
  hasEnded,
  membersOf,
  networkOf,
  type PublicKey,
  type SignedTransaction,
  type Signer,
  type Tip
} from '../../ledger/index.ts'
import { toyCrypto, toySigner } from '../support/toy-crypto.ts'
import { Campaign } from './campaign.ts'
import { Cast } from './cast.ts'
import { Chance } from './chance.ts'
import { Clockwork } from './clockwork.ts'
import { contentsOf, replayInOtherCuts } from './cuts.ts'
import { Flood } from './flood.ts'
import { keepFollowing } from './followers.ts'
import { genesisOf, SHORT_EPOCHS } from './genesis.ts'
import { Judge } from './judge.ts'
import { type Mutant, SOUND } from './mutants.ts'
import { checkQuiet, skippedViews } from './quiet.ts'
import { Seat, type SeatEars } from './seat.ts'
import { takeSnapshot } from './snapshot.ts'
import { Trace } from './trace.ts'
import { Traffic } from './traffic.ts'
import { Violated, type Violation } from './violation.ts'
import { Weather } from './weather.ts'

export type SetSize = 1 | 4 | 7

export interface RunOptions {
  readonly seed: number
  readonly members: SetSize
  readonly mutant?: Mutant
  /** Sets of 1, 4 and 7 follow each other by votes, the first one of `members`. */
  readonly epochs?: boolean
  /** One of them loses its store in crashes, and comes back by a snapshot. */
  readonly losses?: boolean
}

export interface RunReport {
  readonly seed: number
  readonly members: SetSize
  readonly epochs: boolean
  readonly losses: boolean
  readonly mutant: string
  readonly violation: Violation | null
  /** What the liars did, one entry for each. */
  readonly liars: readonly string[]
  readonly quiet: boolean
  readonly blocks: number
  /** How often one set handed over to another, and the sizes of the sets. */
  readonly handOvers: number
  readonly sizes: readonly number[]
  readonly views: number
  readonly skippedViews: number
  readonly transactions: number
  readonly sent: number
  readonly messages: number
  readonly crashes: number
  readonly snapshots: number
  readonly trace: string
  readonly tail: readonly string[]
}

/** After the weather has cleared a transaction is final everywhere within this time. */
const PROGRESS_MS = 60_000
/** Where sets follow each other a coordinator may be behind more than once, and waits each time until it notices. */
const PROGRESS_OVER_EPOCHS_MS = 180_000
/** For the power to come back everywhere. */
const RECOVERY_MS = 3_000
/** Long enough for running periods of a minute to be charged. */
const EPILOGUE_MS = 130_000
/** All who may ever coordinate, where sets follow each other. */
const NODES = 7
/** Who has no answer asks somebody else after this time. */
const AGAIN_MS = 1_000
/** Every n-th seed is a day on which nothing goes wrong. */
const QUIET_EVERY = 10
/** Clocks of honest coordinators are off by at most this. */
const SKEW_MS_MAX = 200
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
  readonly #campaign: Campaign | null
  readonly #seats: Seat[] = []
  /** By place in the set; twins share one. */
  readonly #seatsAt: Seat[][]
  readonly #cast: Cast
  readonly #healMs: number
  readonly #quiet: boolean
  readonly #flood: Flood
  #messages = 0
  #votes = 0
  #violation: Violation | null = null

  constructor(options: RunOptions) {
    const { seed, members } = options
    this.#options = options
    this.#chance = new Chance(seed * 8 + members)
    const { epochs = false } = options
    const nodes = epochs ? NODES : members
    this.#signers = Array.from({ length: nodes }, (_, at) => toySigner(`member ${at}`))
    const first = this.#signers.slice(0, members)
    this.#genesis = epochs ? genesisOf(first, SHORT_EPOCHS) : genesisOf(first)
    this.#clockwork = new Clockwork(this.#genesis.timeMs)
    this.#trace = new Trace(this.#clockwork)
    this.#flood = new Flood(this.#clockwork)
    this.#quiet = seed % QUIET_EVERY === 0
    const roughMs = this.#quiet ? 0 : this.#chance.between(6_000, 14_000)
    this.#healMs = this.#genesis.timeMs + roughMs
    this.#weather = new Weather(this.#chance, this.#clockwork, nodes, this.#healMs)
    this.#cast = new Cast({
      genesis: this.#genesis,
      signers: this.#signers,
      members,
      epochs,
      quiet: this.#quiet,
      chance: this.#chance,
      clockwork: this.#clockwork,
      post: (from, to, bytes) => this.#post(from, to, bytes)
    })
    this.#judge = new Judge({
      genesis: this.#genesis,
      honest: new Set(
        this.#signers.filter((_, at) => !this.#cast.lies(at)).map(({ publicKey }) => publicKey)
      ),
      skewMs: SKEW_MS_MAX,
      nowMs: () => this.#clockwork.nowMs,
      chance: new Chance(seed)
    })
    this.#seatsAt = this.#signers.map((_, at) => this.#occupy(at))
    this.#traffic = this.#makeTraffic()
    this.#campaign = epochs ? this.#makeCampaign() : null
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
    this.#cast.begin()
    this.#traffic.begin()
    if (this.#campaign !== null) {
      this.#campaign.begin()
      keepFollowing({ ...this.#tools(), seats: this.#sound() })
    }
    this.#planPowerCut()
    this.#until(this.#healMs + (this.#quiet ? 10_000 : RECOVERY_MS))
    this.#checkProgress()
    this.#traffic.rest()
    this.#campaign?.rest()
    this.#cast.rest()
    if (this.#quiet) checkQuiet(this.#judge.chain, this.#signers.length, this.#votes)
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

  #occupy(at: number): Seat[] {
    if (this.#cast.isTwin(at)) return [this.#seat(at, `twin ${at}a`), this.#seat(at, `twin ${at}b`)]
    if (!this.#cast.lies(at)) return [this.#seat(at, `member ${at}`)]
    this.#cast.seat(at)
    return []
  }

  #beginEpoch(tip: Tip): void {
    const names = membersOf(tip).map(({ name }) => name)
    this.#trace.note(`epoch ${tip.state.epoch.epoch}: ${names.join(', ')}`)
    this.#cast.beginEpoch(tip)
  }

  #seat(at: number, name: string): Seat {
    const { mutant = SOUND, members } = this.#options
    const mayLose = Math.floor((members - 1) / 3) > this.#cast.places.size
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
      damageable: mayLose && at === 0 && this.#options.epochs !== true,
      forgetful:
        this.#options.losses === true && this.#seats.length === 0 && !name.startsWith('twin')
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
        const before = this.#judge.tip
        if (!isTwin) this.#judge.final(name, certified, outcomes)
        const after = this.#judge.tip
        if (after !== before && hasEnded(after)) this.#beginEpoch(after)
      },
      evidence: (_seat, { evidence }) => {
        this.#trace.note(`${name} accuses ${evidence.first.vote.signer.slice(0, 8)}`)
        if (!isTwin) this.#judge.evidence(evidence)
        this.#campaign?.accuse(evidence)
      },
      refused: (_seat, { from, fault }) => {
        if (!isTwin) this.#judge.refused(from, fault.code, fault.message)
      },
      forward: (_seat, transactions) => {
        for (const signed of transactions) this.#bring(signed)
      },
      snapshotFor: seat => {
        const sources = this.#sound().filter(each => each !== seat && each.height > 0)
        const tip = takeSnapshot(this.#genesis, sources, this.#clockwork.nowMs)
        const like = sources.find(({ disk }) => tip !== null && disk.tip.block === tip.block)?.disk
        return tip === null || like === undefined ? null : { tip, like }
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
      this.#flood.count()
      if (message.type !== 'transactions') this.#votes += 1
      this.#cast.hear(at, message)
      for (const seat of this.#seatsAt[at] ?? []) {
        for (const delayMs of this.#weather.delays(from, at, message.type === 'propose')) {
          this.#clockwork.after(delayMs, () => seat.feed({ type: 'message', from: key, bytes }))
        }
      }
    }
  }

  /** To somebody who has a seat now, if there is one. */
  #bring(signed: SignedTransaction): void {
    const seated = this.#seats.filter(seat => seat.state !== undefined)
    if (seated.length > 0) this.#chance.pick(seated).submit(signed)
  }

  /** A set that has handed over may not have told everybody: whoever has no answer asks somebody else, as people do. */
  #bringOnAndOn(to: Seat, signed: SignedTransaction): void {
    to.submit(signed)
    if (this.#campaign === null) return
    this.#clockwork.after(AGAIN_MS, () =>
      this.#bringOnAndOn(this.#chance.pick(this.#seats), signed)
    )
  }

  #tools(): { chance: Chance; clockwork: Clockwork; weather: Weather } {
    return { chance: this.#chance, clockwork: this.#clockwork, weather: this.#weather }
  }

  #makeCampaign(): Campaign {
    return new Campaign({
      ...this.#tools(),
      network: networkOf(this.#genesis, toyCrypto),
      nodes: this.#signers,
      lying: this.#cast.places,
      state: () => this.#judge.tip.state,
      isFinal: hash => this.#judge.finalTransactions.has(hash),
      submit: signed => this.#bring(signed)
    })
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
    this.#bringOnAndOn(this.#chance.pick(sound), probe)
    const mostMs = this.#campaign === null ? PROGRESS_MS : PROGRESS_OVER_EPOCHS_MS
    const has = (seat: Seat): boolean => seat.disk.tip.state.account(id) !== undefined
    this.#until(this.#clockwork.nowMs + mostMs, () => sound.every(has))
    const late = sound
      .filter(seat => !has(seat))
      .map(({ plan, height }) => `${plan.name} (height ${height})`)
    if (late.length === 0) return
    throw new Violated(
      'progress',
      `${mostMs / 1_000} s after the weather cleared a transaction is not final at ${late.join(', ')}`
    )
  }

  #checkCuts(): void {
    // Epochs are counted in blocks: in other cuts others would be elected.
    if (this.#campaign !== null) return
    const replayed = contentsOf(replayInOtherCuts(this.#genesis, this.#judge.chain, this.#chance))
    if (replayed === contentsOf(this.#judge.tip.state)) return
    throw new Violated('other cuts', 'the same transactions in other blocks give other records')
  }

  #signerAt(at: number): Signer {
    const signer = this.#signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    return signer
  }

  #report(): RunReport {
    const { seed, members, mutant = SOUND, epochs = false, losses = false } = this.#options
    const { chain } = this.#judge
    return {
      seed,
      members,
      epochs,
      losses,
      mutant: mutant.name,
      violation: this.#violation,
      liars: this.#cast.names,
      quiet: this.#quiet,
      blocks: chain.length,
      handOvers: chain.filter(({ block }) => block.header.nextSet !== null).length,
      sizes: chain.flatMap(({ block }) => block.header.nextSet?.length ?? []),
      views: chain.at(-1)?.block.header.view ?? 0,
      skippedViews: skippedViews(chain),
      transactions: this.#judge.finalTransactions.size,
      sent: this.#traffic.sent,
      messages: this.#messages,
      crashes: this.#seats.reduce((sum, { crashes }) => sum + crashes, 0),
      snapshots: this.#seats.reduce((sum, { snapshots }) => sum + snapshots, 0),
      trace: this.#trace.digest(),
      tail: this.#trace.tail()
    }
  }
}
