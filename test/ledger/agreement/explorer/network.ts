/**
 * The votes and proposals that are under way, as one value. A letter that can come can come ever after, so who said it
 * is forgotten; so is a vote that cannot become one of a quorum any more.
 */
import { EVENTS, LETTERS_MAX, type Letters } from './letters.ts'

export interface Network {
  /** Letters that can come. */
  readonly ready: bigint
  /** Letters that a member has said, and that cannot come yet: by honest member, ascending. */
  readonly said: readonly (readonly number[])[]
}

/** What each honest member may still say, see `mayOf`. */
export type May = readonly (readonly number[])[]

const KINDS = { notarize: 1, nullify: 2, finalize: 4 } as const
const BITS = Array.from({ length: LETTERS_MAX }, (_, letter) => 1n << BigInt(letter))
export const NOTHING: Network = {
  ready: EVENTS.reduce((mask, letter) => mask | bitOf(letter), 0n),
  said: [[], [], []]
}

export class Networks {
  readonly #all: Network[] = []
  readonly #letters: Letters
  readonly #ids = new Map<string, number>()

  constructor(letters: Letters) {
    this.#letters = letters
  }

  get(id: number): Network {
    const network = this.#all[id]
    if (network === undefined) throw new Error(`there is no network ${id}`)
    return network
  }

  /** Before anybody has said anything. */
  start(): number {
    return this.#intern({
      ...NOTHING,
      ready: NOTHING.ready | liesOf(this.#letters, NOTHING.ready, NOTHING.ready)
    })
  }

  /** The honest member number `who` says `says`; `may` is what each may say from then on. */
  after(id: number, who: number, says: readonly number[], may: May): number {
    const { ready: before, said: saidBefore } = this.get(id)
    const said = saidBefore.map((letters, at) => (at === who ? merged(letters, says) : letters))
    let ready = before
    let shown = before
    for (const letter of new Set(said.flat())) {
      shown |= bitOf(letter)
      if (this.#canCome(letter, said)) ready |= bitOf(letter)
    }
    if (says.length > 0) ready |= liesOf(this.#letters, ready, shown)
    const open = said.map(letters =>
      letters.filter(letter => !(ready & bitOf(letter)) && this.#isAlive(letter, said, may))
    )
    return this.#intern({ ready, said: open })
  }

  #canCome(letter: number, said: Network['said']): boolean {
    const sayers = said.filter(letters => letters.includes(letter))
    return sayers.length >= this.#letters.sayersFor(letter)
  }

  /** Enough members have said the vote or may still say it. */
  #isAlive(letter: number, said: Network['said'], may: May): boolean {
    const { subject } = this.#letters.get(letter)
    if (subject === null || subject.kind === 'propose') return false
    const { kind, view } = subject
    const can = said.filter(
      (letters, at) => letters.includes(letter) || ((may[at]?.[view] ?? 0) & KINDS[kind]) !== 0
    )
    return can.length >= this.#letters.sayersFor(letter)
  }

  #intern(network: Network): number {
    const key = `${network.ready.toString(36)} ${network.said.join(' ')}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#all.length
    this.#all.push(network)
    this.#ids.set(key, id)
    return id
  }
}

/** What the liar can send: the proofs are there, and the blocks were shown. */
export function liesOf({ all }: Letters, ready: bigint, shown: bigint): bigint {
  let lies = 0n
  for (const { id, kind, needs, after } of all) {
    if (kind !== 'lie') continue
    const isFree = after.length === 0 || after.some(letter => shown & bitOf(letter))
    if (isFree && needs.every(letter => ready & bitOf(letter))) lies |= bitOf(id)
  }
  return lies
}

export function bitOf(letter: number): bigint {
  const bit = BITS[letter]
  if (bit === undefined) throw new Error(`there is no room for letter ${letter}`)
  return bit
}

function merged(letters: readonly number[], says: readonly number[]): readonly number[] {
  return says.length === 0 ? letters : [...new Set([...letters, ...says])].sort((a, b) => a - b)
}
