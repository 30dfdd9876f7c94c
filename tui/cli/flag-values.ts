import { usageFailure } from './failure.ts'

export type RawValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The flags of one command line, read by type. A value of the wrong form is a usage error that names the flag. */
export class FlagValues {
  readonly #raw: RawValues

  constructor(raw: RawValues) {
    this.#raw = raw
  }

  on(name: string): boolean {
    return this.#raw[name] === true
  }

  text(name: string): string | undefined {
    const value = this.#raw[name]
    return typeof value === 'string' ? value : undefined
  }

  list(name: string): readonly string[] {
    const value = this.#raw[name]
    return Array.isArray(value) ? value : []
  }

  /** A whole number of at least `least`. */
  whole(name: string, least: number = 1): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
    throw usageFailure(`--${name} takes a whole number of at least ${least}, not "${text}"`)
  }

  /** A number of seconds above 0; fractions are allowed. */
  seconds(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    // Timers in Node overflow beyond 2^31 - 1 ms and would fire at once.
    if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 2_147_483) return value
    throw usageFailure(`--${name} takes a number of seconds from above 0 to 2147483, not "${text}"`)
  }

  /** An amount of dollars as decimal text; the node judges its digits. */
  dollars(name: string): string | undefined {
    const text = this.text(name)?.replace(/^\$ ?/, '')
    if (text === undefined) return undefined
    if (/^\d+(\.\d+)?$/.test(text)) return text
    throw usageFailure(
      `--${name} takes an amount of dollars such as 0.0000001, not "${text}"`,
      'write it with digits and a point; 1e-7 is not accepted'
    )
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = allowed.find(each => each === text)
    if (found !== undefined) return found
    throw usageFailure(`--${name} takes one of ${allowed.join(', ')}, not "${text}"`)
  }
}
