/**
 * One honest member: the very machine that coordinators run, fed with letters. What it was fed comes at once, also the
 * bodies that it asks for then: a vote that waits for a body is the same to all others as a vote that is under way.
 */
import {
  type Agreement,
  type AgreementEffect,
  type AgreementEvent,
  type AgreementMessage,
  decodeMessage,
  encodeMessage,
  type ProposeMessage,
  type SimplexState,
  simplexAgreement
} from '../../../../ledger/index.ts'
import { CRASH, EARLY_CRASH, type Letters, type Packet, type Sayers, TIMEOUT } from './letters.ts'
import type { Liar } from './liar.ts'
import { type Disk, isSeenEarly, type Life, written } from './life.ts'
import type { Town } from './town.ts'

export interface Stepped {
  readonly life: Life
  /** Letters whose votes or proposals it signed in this step. */
  readonly says: readonly number[]
}

/** A view's time is up then, whenever it began. */
const LATE_MS = 10_000

export class Member {
  readonly at: number
  readonly #letters: Letters
  readonly #liar: Liar
  readonly #agreement: Agreement<SimplexState>

  constructor(at: number, letters: Letters, liar: Liar) {
    this.at = at
    this.#letters = letters
    this.#liar = liar
    const { town, setting } = letters
    const signer = town.signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    this.#agreement = simplexAgreement({
      signer,
      context: town.context,
      rules: setting.rules,
      // A block is wanted at any time, also after one whose time is a little ahead.
      idleTickMs: -LATE_MS,
      viewMs: 0,
      silentViewMs: 0
    })
  }

  start(): Stepped {
    const { town, setting } = this.#letters
    const disk = { tip: town.start, log: [] }
    return this.#ended(this.#begin(disk, setting.crashes))
  }

  /** Throws what the machine throws: a chain that is final by a quorum and impossible here. */
  take(life: Life, letter: number, packets: readonly Packet[]): Stepped {
    const { nowMs } = this.#letters.town
    if (letter === CRASH) return this.#ended(this.#begin(life.disk, life.crashes - 1))
    if (letter === EARLY_CRASH && life.before !== null) {
      return this.#ended(this.#begin(life.before, life.crashes - 1))
    }
    if (letter === TIMEOUT) {
      return this.#ended(this.#step({ life, says: [] }, { type: 'timer' }, nowMs + LATE_MS))
    }
    let now: Stepped = { life, says: [] }
    for (const { from, bytes } of packets) {
      now = this.#step(now, { type: 'message', from, bytes }, nowMs)
    }
    return this.#ended(now)
  }

  #begin(disk: Disk, crashes: number): Stepped {
    const { nowMs } = this.#letters.town
    const { state, effects } = this.#agreement.start(disk.tip, nowMs, disk.log)
    const life = { state, disk, before: null, crashes, futures: [] }
    return this.#settle({ life, says: [] }, state, effects)
  }

  #step(now: Stepped, event: AgreementEvent, nowMs: number): Stepped {
    const { state, effects } = this.#agreement.step(now.life.state, event, nowMs)
    return this.#settle(now, state, effects)
  }

  /** Gathers what was signed, writes, and answers what was asked. */
  #settle(
    { life, says }: Stepped,
    state: SimplexState,
    effects: readonly AgreementEffect[]
  ): Stepped {
    const { town, setting } = this.#letters
    const before = isSeenEarly(effects) ? life.disk : null
    let now: Stepped = {
      life: { ...life, state, disk: written(life.disk, effects), before },
      says: [...says, ...this.#saidIn(effects)]
    }
    for (const answer of this.#answers(state, effects)) {
      const bytes = encodeMessage(answer)
      const from = town.keyOf(setting.liar)
      now = this.#step(now, { type: 'message', from, bytes }, town.nowMs)
    }
    return now
  }

  #ended({ life, says }: Stepped): Stepped {
    const { nowMs } = this.#letters.town
    const disks = life.crashes === 0 ? [] : [life.disk, life.before].filter(disk => disk !== null)
    const futures = disks.map(({ tip, log }) => {
      const { state, effects } = this.#agreement.start(tip, nowMs, log)
      return { state, says: this.#saidIn(effects) }
    })
    return { life: { ...life, futures }, says }
  }

  #answers(state: SimplexState, effects: readonly AgreementEffect[]): readonly AgreementMessage[] {
    const { town } = this.#letters
    return effects.flatMap((effect): AgreementMessage[] => {
      if (effect.type !== 'send' || effect.to === null) return []
      const message = decodeMessage(effect.bytes)
      if (message.type === 'get-final') return [finalBlocks(state, town)]
      if (message.type !== 'get' || !town.has(message.block)) return []
      return [{ type: 'block', block: town.blockOf(message.block).block }]
    })
  }

  /** The log tells what is new: what is only sent again is there already. */
  #saidIn(effects: readonly AgreementEffect[]): readonly number[] {
    const { views } = this.#letters.setting
    const votes = effects
      .flatMap(effect => (effect.type === 'persist' ? effect.log : []))
      .flatMap(entry => (entry.type === 'vote' ? [entry.vote.subject] : []))
      .filter(({ view }) => view <= views)
    const proposed = votes.some(({ kind }) => kind === 'propose') ? this.#proposalIn(effects) : []
    const counted = votes.flatMap(({ kind, view, block }) =>
      kind === 'propose' ? [] : [this.#letters.quorumOf(kind, view, block).id]
    )
    return [...proposed, ...counted]
  }

  #proposalIn(effects: readonly AgreementEffect[]): readonly number[] {
    for (const effect of effects) {
      if (effect.type !== 'send') continue
      const message = decodeMessage(effect.bytes)
      if (message.type === 'propose') return [this.#show(message)]
    }
    return []
  }

  /**
   * The certificates beside a block are not signed with it, so that it may come with others of the same: with such as
   * the receiver has no part in, as long as it did not vote.
   */
  #show(message: ProposeMessage): number {
    const { town } = this.#letters
    const { block, parent, nullifications } = message
    const named = town.register(block)
    this.#liar.see(named)
    const on =
      parent === null ? 'the genesis' : `${town.blockOf(parent.block).name}, ${parent.kind}d`
    const over = nullifications.map(({ view }) => `, ${view} given up`).join('')
    const packets = (sayers: Sayers): readonly Packet[] => [
      this.#letters.packet(this.at, this.#letters.signedBy(message, sayers))
    ]
    return this.#letters.add(`propose ${named.name} on ${on}${over}`, { kind: 'proposal', packets })
      .id
  }
}

/** The blocks up to the highest one whose certificate the member has. */
function finalBlocks({ final, rounds }: SimplexState, town: Town): AgreementMessage {
  const certificates = [...rounds.values()]
    .map(({ finalization }) => finalization)
    .filter(certificate => certificate !== null)
    .sort((a, b) => a.view - b.view)
  const certificate = certificates.at(-1)
  const chain = certificate === undefined ? [] : town.chainOf(certificate.block)
  const blocks = chain.flatMap(({ block }, at) => {
    const descent = chain.slice(at + 1).map(each => each.block.header)
    const isNew = block.header.height > final.state.height
    return certificate === undefined || !isNew ? [] : [{ block, certificate, descent }]
  })
  return { type: 'final-blocks', blocks }
}
