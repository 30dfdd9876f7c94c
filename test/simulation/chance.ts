import { type SeededRandom, seededRandom } from '../support/seeded-random.ts'

/** Everything in a run that is left to chance comes from here, so that a seed tells the whole run. */
export class Chance {
  readonly #random: SeededRandom

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.#random.integer(most - least + 1)
  }

  /** True in one of `count` cases. */
  oneIn(count: number): boolean {
    return this.#random.integer(count) === 0
  }

  /** True in `percent` of 100 cases. */
  percent(percent: number): boolean {
    return this.#random.integer(100) < percent
  }

  pick<T>(from: readonly T[]): T {
    const choice = from[this.#random.integer(Math.max(1, from.length))]
    if (choice === undefined) throw new Error('there is nothing to choose from')
    return choice
  }

  /** Some of them, at least one, in any order. */
  some<T>(from: readonly T[]): T[] {
    return this.#random.shuffled(from).slice(0, this.between(1, Math.max(1, from.length)))
  }

  shuffled<T>(from: readonly T[]): T[] {
    return this.#random.shuffled(from)
  }
}
