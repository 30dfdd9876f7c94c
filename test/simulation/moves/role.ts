import type { Chance } from '../chance.ts'
import type { Clockwork } from '../clockwork.ts'
import type { Trace } from '../trace.ts'

/** What all processes of a run share. */
export interface Weather {
  readonly chance: Chance
  readonly clockwork: Clockwork
  readonly trace: Trace
  /** Crashes before an effect, in so many of 1,000. */
  readonly crashPermille: number
  /** Messages lost, in so many of 100. */
  readonly lossPercent: number
}

/**
 * A process that can die before any effect. It loses its state, what it still had to do and its streams; what it has
 * persisted stays.
 */
export class Role<S> {
  readonly name: string
  readonly #weather: Weather
  readonly #restart: () => void
  state: S | undefined
  isUp = true
  /** Never to come back. */
  isGone = false
  #life = 1

  constructor(name: string, weather: Weather, restart: () => void) {
    this.name = name
    this.#weather = weather
    this.#restart = restart
  }

  /** Plans what this process does later, if it still lives then. */
  later(ms: number, act: () => void): void {
    const life = this.#life
    this.#weather.clockwork.after(ms, () => {
      if (this.isUp && life === this.#life) act()
    })
  }

  /** A word from another process: late, lost or twice, and only to those who live. */
  hear(act: () => void): void {
    const { chance, clockwork, lossPercent } = this.#weather
    if (chance.percent(lossPercent)) return
    const times = chance.percent(5) ? 2 : 1
    for (let nth = 0; nth < times; nth++) {
      clockwork.after(chance.between(1, 800), () => {
        if (this.isUp) act()
      })
    }
  }

  /** Carries out effects in order, unless it dies in between. */
  perform<E extends { readonly type: string }>(
    effects: readonly E[],
    act: (effect: E) => void
  ): void {
    const { chance, crashPermille, trace } = this.#weather
    for (const effect of effects) {
      if (chance.between(1, 1000) <= crashPermille) {
        trace.note(`${this.name} dies before ${effect.type}`)
        return this.crash()
      }
      trace.note(`${this.name} ${effect.type}`)
      act(effect)
    }
  }

  crash(): void {
    const { chance, clockwork } = this.#weather
    this.isUp = false
    this.state = undefined
    this.#life += 1
    if (chance.percent(8)) {
      this.isGone = true
      return
    }
    clockwork.after(chance.pick([100, 3_000, 45_000, 200_000]), () => {
      this.isUp = true
      this.#weather.trace.note(`${this.name} is back`)
      this.#restart()
    })
  }
}
