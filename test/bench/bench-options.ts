/** Words of the command line of the form `--name value`, by name. */
export type BenchOptions = ReadonlyMap<string, string>

export interface BenchCall {
  readonly names: readonly string[]
  readonly json: boolean
  readonly options: BenchOptions
}

/** Reads `NAME ... [--json] [--option value ...]`. Throws with a sentence for an option without its value. */
export function readCall(words: readonly string[]): BenchCall {
  const names: string[] = []
  const options = new Map<string, string>()
  let json = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--json') json = true
    else if (word.startsWith('--')) {
      const value = words[at + 1]
      if (value === undefined || value.startsWith('--')) throw new Error(`${word} needs a value`)
      options.set(word.slice(2), value)
      at += 1
    } else names.push(word)
  }
  return { names, json, options }
}
