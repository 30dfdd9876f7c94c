/**
 * One way through the explored world with whole machines: nothing is left out of a state, and every certificate has
 * the signatures of those who did sign. What the explorer tells of is believed when it happens here too.
 */
import type { Hash } from '../../../../ledger/index.ts'
import { digestOf, mayCome } from './core.ts'
import { Letters } from './letters.ts'
import { Liar } from './liar.ts'
import type { Life } from './life.ts'
import { Member, type Stepped } from './member.ts'
import { bitOf, liesOf, type Network, NOTHING } from './network.ts'
import type { Setting } from './setting.ts'
import type { Town } from './town.ts'

export class Play {
  readonly letters: Letters
  readonly #members: readonly Member[]
  readonly #lives = new Map<number, Life>()
  readonly #sayers = new Map<number, Set<number>>()

  /** Blocks go by the names that they have in `town`. */
  constructor(setting: Setting, town: Town) {
    this.letters = new Letters(town, setting)
    const liar = new Liar(this.letters)
    liar.begin()
    this.#members = [0, 1, 2, 3]
      .filter(at => at !== setting.liar)
      .map(at => new Member(at, this.letters, liar))
    for (const member of this.#members) {
      const { life, says } = member.start()
      this.#note(member.at, life, says)
    }
  }

  lifeOf(at: number): Life {
    const life = this.#lives.get(at)
    if (life === undefined) throw new Error(`member ${at} is not honest`)
    return life
  }

  get finals(): readonly Hash[] {
    return [...this.#lives.values()].map(({ state }) => state.final.block)
  }

  /** Letters that can come to somebody. */
  get network(): Pick<Network, 'ready'> {
    let { ready } = NOTHING
    let shown = 0n
    for (const [letter, { size }] of this.#sayers) {
      shown |= bitOf(letter)
      if (size >= this.letters.sayersFor(letter)) ready |= bitOf(letter)
    }
    return { ready: ready | liesOf(this.letters, ready, shown) }
  }

  /** Names of the letters that can come to member `at`. */
  readyFor(at: number): readonly string[] {
    const { ready } = this.network
    const life = this.lifeOf(at)
    const { setting } = this.letters
    return this.letters.all
      .filter(
        ({ id, kind }) => ready & bitOf(id) && (kind !== 'event' || mayCome(id, life, setting))
      )
      .map(({ name }) => name)
  }

  /** Who is stuck in which view, if nothing that can come changes anything for anybody. */
  stuck(): string | null {
    const { setting } = this.letters
    const isStill = this.#members.every(({ at }) =>
      this.readyFor(at).every(name => {
        const before = this.lifeOf(at)
        const after = this.#try(at, name).life
        return digestOf(after, setting) === digestOf(before, setting)
      })
    )
    const behind = this.#members.find(({ at }) => this.lifeOf(at).state.view <= setting.views)
    if (!isStill || behind === undefined) return null
    return `member ${behind.at} is stuck in view ${this.lifeOf(behind.at).state.view}`
  }

  /** Returns what the member said then. */
  take(at: number, name: string): readonly string[] {
    const { life, says } = this.#try(at, name)
    this.#note(at, life, says)
    return says.map(each => this.letters.get(each).name)
  }

  #try(at: number, name: string): Stepped {
    const member = this.#members.find(each => each.at === at)
    if (member === undefined || !this.readyFor(at).includes(name)) {
      throw new Error(`"${name}" cannot come to member ${at}`)
    }
    const letter = this.letters.named(name)
    const packets = letter.packets(each => [...(this.#sayers.get(each) ?? [])])
    return member.take(this.lifeOf(at), letter.id, packets)
  }

  #note(at: number, life: Life, says: readonly number[]): void {
    this.#lives.set(at, life)
    for (const letter of says) {
      this.#sayers.set(letter, new Set([...(this.#sayers.get(letter) ?? []), at]))
    }
  }
}
