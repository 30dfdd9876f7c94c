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
import { type Letters, type Packet, type Sayers, TIMEOUT } from './letters.ts'
import type { Liar } from './liar.ts'
import type { Town } from './town.ts'

export interface Stepped {
  readonly state: SimplexState
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
    const { town } = this.#letters
    const { state, effects } = this.#agreement.start(town.start, town.nowMs)
    return this.#settle(state, effects)
  }

  /** Throws what the machine throws: a chain that is final by a quorum and impossible here. */
  take(state: SimplexState, letter: number, packets: readonly Packet[]): Stepped {
    const { nowMs } = this.#letters.town
    if (letter === TIMEOUT) return this.#step(state, { type: 'timer' }, nowMs + LATE_MS)
    let now: Stepped = { state, says: [] }
    for (const { from, bytes } of packets) {
      const next = this.#step(now.state, { type: 'message', from, bytes }, nowMs)
      now = { state: next.state, says: [...now.says, ...next.says] }
    }
    return now
  }

  #step(state: SimplexState, event: AgreementEvent, nowMs: number): Stepped {
    const step = this.#agreement.step(state, event, nowMs)
    return this.#settle(step.state, step.effects)
  }

  /** Gathers what was signed, and answers what was asked. */
  #settle(state: SimplexState, effects: readonly AgreementEffect[]): Stepped {
    const { town, setting } = this.#letters
    const from = town.keyOf(setting.liar)
    let now: Stepped = { state, says: this.#saidIn(effects) }
    for (const answer of this.#answers(state, effects)) {
      const bytes = encodeMessage(answer)
      const next = this.#step(now.state, { type: 'message', from, bytes }, town.nowMs)
      now = { state: next.state, says: [...now.says, ...next.says] }
    }
    return now
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
