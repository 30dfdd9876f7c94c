import type { Hash } from '../../../../ledger/index.ts'
import { type Core, Cores, type Edge, Interned, type Interns } from './cores.ts'
import type { Judge } from './harm.ts'
import { LETTERS_MAX, Letters } from './letters.ts'
import { Liar } from './liar.ts'
import { Member } from './member.ts'
import { bitOf, Networks } from './network.ts'
import { MEMBERS, type Setting } from './setting.ts'
import { Town } from './town.ts'
import { Worlds } from './worlds.ts'

export interface Move {
  readonly member: number
  readonly letter: string
}

export interface Found {
  /** Different worlds seen. */
  readonly worlds: number
  /** Steps between worlds that were followed. */
  readonly steps: number
  /** Different states of one member, all three together. */
  readonly cores: number
  /** Letters that members got somewhere. */
  readonly letters: number
  /** Of the longest shortest way to a world. */
  readonly depth: number
  /** Names of the blocks that are final somewhere. */
  readonly finals: ReadonlySet<string>
  /** Every world that can be reached was seen. */
  readonly whole: boolean
  /** The first harm, by the fewest moves. */
  readonly harm: { readonly what: string; readonly moves: readonly Move[] } | null
}

export interface Bounds {
  readonly worldsMax: number
  readonly judge: Judge
  /** It is harm too if nothing can happen any more before the last view has ended for all. */
  readonly deadEnds: boolean
}

/** Breadth first: the first harm that is found is one with the fewest moves. */
export function explore(setting: Setting, bounds: Bounds, town: Town = new Town()): Found {
  return new Explorer(setting, bounds, town).run()
}

class Explorer {
  readonly #bounds: Bounds
  readonly #letters: Letters
  readonly #networks: Networks
  readonly #members: readonly Cores[]
  readonly #worlds = new Worlds()
  readonly #interns: Interns = {
    says: new Interned(SAYS_MAX),
    may: new Interned(MAY_MAX),
    finals: new Interned(FINALS_MAX)
  }
  /** By network: what it becomes. */
  readonly #after: Map<number, number>[] = []
  readonly #readyOf: (readonly number[])[] = []
  readonly #harms = new Map<number, string | null>()
  readonly #finals = new Set<Hash>()
  #steps = 0

  constructor(setting: Setting, bounds: Bounds, town: Town) {
    this.#bounds = bounds
    this.#letters = new Letters(town, setting)
    const liar = new Liar(this.#letters)
    liar.begin()
    this.#networks = new Networks(this.#letters)
    this.#members = [0, 1, 2, 3]
      .filter(at => at !== setting.liar)
      .map(at => new Cores(new Member(at, this.#letters, liar), this.#letters, this.#interns))
  }

  run(): Found {
    this.#begin()
    const depths = [0]
    for (let row = 0; row < this.#worlds.count; row++) {
      const harm = this.#follow(row, depths)
      if (harm !== null) return this.#found(row, depths, harm)
      if (this.#worlds.count > this.#bounds.worldsMax) return this.#found(row, depths, null)
    }
    return { ...this.#found(this.#worlds.count - 1, depths, null), whole: true }
  }

  #begin(): void {
    const edges = this.#members.map(cores => cores.start())
    const may = edges.map(({ to }, who) => this.#cores(who).get(to).may)
    let network = this.#networks.start()
    edges.forEach(({ says }, who) => {
      network = this.#networks.after(network, who, says, may)
    })
    const [a, b, c] = edges.map(({ to }) => to)
    this.#worlds.add(a ?? 0, b ?? 0, c ?? 0, network, -1, 0)
  }

  /** All steps out of a world. Returns the harm that one of them does. */
  #follow(row: number, depths: number[]): Found['harm'] {
    const depth = (depths[row] ?? 0) + 1
    let goesOn = false
    for (let who = 0; who < this.#members.length; who++) {
      const core = this.#worlds.field(row, who)
      for (const letter of this.#ready(this.#worlds.field(row, 3))) {
        const edge = this.#cores(who).step(core, letter)
        if (edge.threw !== null) return this.#tell(row, [who, letter], edge.threw)
        if (edge.to === core && edge.saysId === 0) continue
        goesOn = true
        this.#steps++
        const harm = this.#go(row, who, letter, edge)
        if (harm !== null) return this.#tell(row, [who, letter], harm)
        if (this.#worlds.count > depths.length) depths.push(depth)
      }
    }
    return goesOn || !this.#bounds.deadEnds ? null : this.#stuck(row)
  }

  /** Nothing more can happen in a world although the views are not at their end. */
  #stuck(row: number): Found['harm'] {
    const { views } = this.#letters.setting
    const who = [0, 1, 2].find(at => this.#core(row, at).life.state.view <= views)
    if (who === undefined) return null
    const { state } = this.#core(row, who).life
    const { at } = this.#cores(who).member
    return this.#tell(row, null, `member ${at} is stuck in view ${state.view}`)
  }

  #go(row: number, who: number, letter: number, edge: Edge): string | null {
    const network = this.#networkAfter(row, who, edge)
    const a = who === 0 ? edge.to : this.#worlds.field(row, 0)
    const b = who === 1 ? edge.to : this.#worlds.field(row, 1)
    const c = who === 2 ? edge.to : this.#worlds.field(row, 2)
    if (!this.#worlds.add(a, b, c, network, row, who * LETTERS_MAX + letter)) return null
    return this.#harm(this.#worlds.count - 1)
  }

  #networkAfter(row: number, who: number, edge: Edge): number {
    const network = this.#worlds.field(row, 3)
    const { mayId } = this.#core(row, who)
    const next = this.#cores(who).get(edge.to)
    if (mayId === next.mayId && edge.saysId === 0) return network
    // Below 2^30, which a map finds fastest: who said what, and what each of the three may say from now on.
    let key = edge.saysId * 3 + who
    for (let at = 0; at < 3; at++) {
      key = key * MAY_MAX + (at === who ? next : this.#core(row, at)).mayId
    }
    const afters = this.#after[network] ?? new Map<number, number>()
    this.#after[network] = afters
    const known = afters.get(key)
    if (known !== undefined) return known
    const may = [0, 1, 2].map(at => (at === who ? next : this.#core(row, at)).may)
    const after = this.#networks.after(network, who, edge.says, may)
    afters.set(key, after)
    return after
  }

  #harm(row: number): string | null {
    const network = this.#worlds.field(row, 3)
    let key = network
    for (let at = 0; at < 3; at++) key = key * FINALS_MAX + this.#core(row, at).finalId
    const known = this.#harms.get(key)
    if (known !== undefined) return known
    const finals: Hash[] = [0, 1, 2].map(at => this.#core(row, at).life.state.final.block)
    const value = this.#networks.get(network)
    for (const final of finals) this.#finals.add(final)
    const harm = this.#bounds.judge(finals, value, this.#letters)
    this.#harms.set(key, harm)
    return harm
  }

  #core(row: number, who: number): Core {
    return this.#cores(who).get(this.#worlds.field(row, who))
  }

  #ready(network: number): readonly number[] {
    const known = this.#readyOf[network]
    if (known !== undefined) return known
    const { ready } = this.#networks.get(network)
    const letters = this.#letters.all.filter(({ id }) => ready & bitOf(id)).map(({ id }) => id)
    this.#readyOf[network] = letters
    return letters
  }

  #tell(
    row: number,
    last: readonly [number, number] | null,
    what: string
  ): NonNullable<Found['harm']> {
    const moves = last === null ? [] : [this.#named(last[0] * LETTERS_MAX + last[1])]
    for (let at = row; this.#worlds.fromOf(at) >= 0; at = this.#worlds.fromOf(at)) {
      moves.unshift(this.#named(this.#worlds.moveOf(at)))
    }
    return { what, moves }
  }

  #named(move: number): Move {
    const member = this.#cores(Math.floor(move / LETTERS_MAX)).member.at
    return { member, letter: this.#letters.get(move % LETTERS_MAX).name }
  }

  #found(row: number, depths: readonly number[], harm: Found['harm']): Found {
    const { town } = this.#letters
    const finals = [...this.#finals].flatMap(final => town.chainOf(final).map(({ name }) => name))
    const cores = this.#members.reduce((sum, { all }) => sum + all.length, 0)
    return {
      worlds: this.#worlds.count,
      steps: this.#steps,
      cores,
      letters: this.#letters.all.length,
      depth: depths[row] ?? 0,
      finals: new Set(finals),
      whole: false,
      harm
    }
  }

  #cores(who: number): Cores {
    const cores = this.#members[who]
    if (cores === undefined) throw new Error(`there is no honest member ${who} of ${MEMBERS - 1}`)
    return cores
  }
}

const SAYS_MAX = 170
const MAY_MAX = 128
const FINALS_MAX = 128
