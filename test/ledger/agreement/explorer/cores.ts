/** A member's machine as a table that fills itself: each step is made once, however many worlds it is made in. */
import { digestOf, mayCome, mayOf } from './core.ts'
import { LETTERS_MAX, type Letters, OutOfRoom, type Packet } from './letters.ts'
import type { Life } from './life.ts'
import type { Member } from './member.ts'

/** Numbers for texts, from 1. */
export class Interned {
  readonly max: number
  readonly #ids = new Map<string, number>()

  constructor(max: number) {
    this.max = max
  }

  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#ids.size + 1
    if (id >= this.max) throw new OutOfRoom(`more than ${this.max} of a kind`)
    this.#ids.set(text, id)
    return id
  }
}

export interface Interns {
  readonly says: Interned
  readonly may: Interned
  readonly finals: Interned
}

export interface Core {
  readonly life: Life
  readonly may: readonly number[]
  /** Equal for equal `may`. */
  readonly mayId: number
  /** Equal for equal final blocks. */
  readonly finalId: number
}

export interface Edge {
  readonly to: number
  readonly says: readonly number[]
  /** Equal for equal `says`. */
  readonly saysId: number
  /** What the machine threw. */
  readonly threw: string | null
}

export class Cores {
  readonly all: Core[] = []
  readonly member: Member
  readonly #letters: Letters
  readonly #interns: Interns
  readonly #ids = new Map<string, number>()
  readonly #packets: (readonly Packet[])[] = []
  /** By core and letter. */
  readonly #edges: (Edge | undefined)[][] = []

  constructor(member: Member, letters: Letters, interns: Interns) {
    this.member = member
    this.#letters = letters
    this.#interns = interns
  }

  get(id: number): Core {
    const core = this.all[id]
    if (core === undefined) throw new Error(`there is no core ${id}`)
    return core
  }

  start(): Edge {
    const { life, says } = this.member.start()
    return this.#edge(life, says)
  }

  /** What follows when `letter` comes to core `id`; `to` is `id` where nothing follows. */
  step(id: number, letter: number): Edge {
    const edges = this.#edges[id]
    const known = edges?.[letter]
    if (known !== undefined) return known
    const edge = this.#take(id, letter)
    if (edges !== undefined) edges[letter] = edge
    return edge
  }

  #take(id: number, letter: number): Edge {
    const { life } = this.get(id)
    const isEvent = this.#letters.get(letter).kind === 'event'
    if (isEvent && !mayCome(letter, life, this.#letters.setting))
      return { to: id, says: [], saysId: 0, threw: null }
    try {
      const stepped = this.member.take(life, letter, this.#packetsOf(letter))
      return this.#edge(stepped.life, stepped.says)
    } catch (error) {
      if (error instanceof OutOfRoom) throw error
      const threw = error instanceof Error ? error.message : String(error)
      return { to: id, says: [], saysId: 0, threw }
    }
  }

  /** A core does not tell who signed, so that others than itself and the liar did is as good as any. */
  #packetsOf(letter: number): readonly Packet[] {
    const { liar } = this.#letters.setting
    const others = [0, 1, 2, 3].filter(at => at !== liar && at !== this.member.at)
    const packets = this.#packets[letter] ?? this.#letters.get(letter).packets(() => others)
    this.#packets[letter] = packets
    return packets
  }

  #edge(life: Life, says: readonly number[]): Edge {
    const { setting } = this.#letters
    const digest = digestOf(life, setting)
    const saysId = says.length === 0 ? 0 : this.#interns.says.idOf(says.join())
    const known = this.#ids.get(digest)
    if (known !== undefined) return { to: known, says, saysId, threw: null }
    const id = this.all.length
    const may = mayOf(life, setting)
    const mayId = this.#interns.may.idOf(may.join())
    const finalId = this.#interns.finals.idOf(life.state.final.block)
    this.all.push({ life, may, mayId, finalId })
    this.#edges.push(Array.from({ length: LETTERS_MAX }))
    this.#ids.set(digest, id)
    return { to: id, says, saysId, threw: null }
  }
}
