import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'

/** What the network does to messages for a while. */
interface Spell {
  readonly lossPercent: number
  readonly duplicatePercent: number
  readonly slowestMs: number
  /** Seats in different groups do not hear each other. */
  readonly group: readonly number[]
  /** This seat's proposals come late: its view runs out. */
  readonly delayed: number | null
}

const CALM = { lossPercent: 0, duplicatePercent: 0, slowestMs: 4 }

/**
 * The network: before it heals it loses up to 30 % of all messages, doubles some, holds them back for up to two
 * seconds, and falls into parts; afterwards everything arrives within milliseconds.
 */
export class Weather {
  readonly #chance: Chance
  readonly #clockwork: Clockwork
  readonly #seats: number
  readonly #healMs: number
  #spell: Spell

  constructor(chance: Chance, clockwork: Clockwork, seats: number, healMs: number) {
    this.#chance = chance
    this.#clockwork = clockwork
    this.#seats = seats
    this.#healMs = healMs
    this.#spell = this.#calm()
    if (healMs > clockwork.nowMs) this.#turn()
  }

  /** After how many milliseconds each copy of a message arrives; none: it is lost. */
  delays(from: number, to: number, isProposal: boolean): readonly number[] {
    const { lossPercent, duplicatePercent, slowestMs, group, delayed } = this.#spell
    if (group[from] !== group[to] || this.#chance.percent(lossPercent)) return []
    const copies = this.#chance.percent(duplicatePercent) ? 2 : 1
    const lateMs = isProposal && delayed === from ? 2_000 : 0
    return Array.from({ length: copies }, () => lateMs + this.#chance.between(1, slowestMs))
  }

  #turn(): void {
    const left = this.#healMs - this.#clockwork.nowMs
    this.#spell = left > 0 ? this.#rough() : this.#calm()
    if (left > 0)
      this.#clockwork.after(Math.min(left, this.#chance.between(200, 2_500)), () => this.#turn())
  }

  #calm(): Spell {
    return { ...CALM, group: Array.from({ length: this.#seats }, () => 0), delayed: null }
  }

  #rough(): Spell {
    const chance = this.#chance
    const parts = chance.oneIn(3) ? 2 : 1
    return {
      lossPercent: chance.pick([0, 5, 15, 30]),
      duplicatePercent: chance.pick([0, 10]),
      slowestMs: chance.pick([4, 20, 300, 2_000]),
      group: Array.from({ length: this.#seats }, () => chance.between(1, parts)),
      delayed: chance.oneIn(2) ? chance.between(0, this.#seats - 1) : null
    }
  }
}
