/**
 * Four members, of which one lies, as one value: the states of the honest ones and the set of messages that each
 * has not had yet. Time stands still; a view's time may be up whenever the explorer says so. A message may wait for
 * ever, so loss needs no step of its own. Messages of one kind about one block reach a member together: what a
 * rule looks at is whether a quorum is there.
 */
import assert from 'node:assert/strict'
import {
  type Agreement,
  type AgreementEffect,
  type AgreementMessage,
  ALL_RULES,
  chainContext,
  decodeMessage,
  encodeMessage,
  type Genesis,
  genesisTip,
  hashHeader,
  type SafetyRules,
  type SimplexState,
  simplexAgreement,
  toHex
} from '../../../../ledger/index.ts'
import * as sample from '../../../support/ledger-samples.ts'
import { hashText, toyCrypto, toySigner } from '../../../support/toy-crypto.ts'
import { Liar } from './liar.ts'

export interface Setting {
  /** Its index in the set; member v leads view v. */
  readonly liar: number
  /** Nothing beyond this view is looked at. */
  readonly views: number
  readonly rules?: Partial<SafetyRules>
  /** Moves that are made before the exploration begins: each the first whose name begins like this. */
  readonly after?: readonly string[]
}

interface Packet {
  readonly group: string
  readonly from: string
  readonly bytes: Uint8Array
  readonly id: string
}

export interface World {
  readonly states: ReadonlyMap<number, SimplexState>
  /** Not delivered yet, by member. */
  readonly waiting: ReadonlyMap<number, readonly Packet[]>
  /** Final blocks by height, of all honest members. */
  readonly finals: ReadonlyMap<number, string>
  /** Two final blocks at one height. */
  readonly broken: string | null
  /** Votes of honest members. */
  readonly said: ReadonlyMap<string, string | null>
  /** The vote by which an honest member contradicted itself. */
  readonly guilty: string | null
}

export interface Move {
  readonly name: string
  apply(): World
}

export class Physics {
  readonly #setting: Setting
  readonly #signers = [0, 1, 2, 3].map(at => toySigner(`member ${at}`))
  readonly #genesis: Genesis
  readonly #agreements: ReadonlyMap<number, Agreement<SimplexState>>
  readonly #liar: Liar
  readonly #nowMs: number

  constructor(setting: Setting) {
    this.#setting = setting
    this.#genesis = {
      ...sample.genesis,
      coordinators: this.#signers.map(({ publicKey }, at) => ({ name: `m${at}`, key: publicKey }))
    }
    this.#nowMs = this.#genesis.timeMs
    const context = chainContext(this.#genesis, toyCrypto)
    const rules: SafetyRules = { ...ALL_RULES, timeBounds: false, ...setting.rules }
    this.#agreements = new Map(
      this.#signers.flatMap((signer, at) =>
        at === setting.liar
          ? []
          : [
              [
                at,
                simplexAgreement({ signer, context, rules, idleTickMs: 0, viewMs: 0, aheadMs: 0 })
              ]
            ]
      )
    )
    const signer = this.#signers[setting.liar]
    assert.ok(signer !== undefined)
    this.#liar = new Liar(this.#genesis, signer, setting)
  }

  start(): World {
    let world: World = {
      states: new Map(),
      waiting: new Map(),
      finals: new Map(),
      broken: null,
      said: new Map(),
      guilty: null
    }
    for (const [at, agreement] of this.#agreements) {
      const { state, effects } = agreement.start(genesisTip(this.#genesis, toyCrypto), this.#nowMs)
      world = this.#after(world, at, state, effects)
    }
    world = this.#post(world, this.#setting.liar, null, this.#liar.lies())
    for (const name of this.#setting.after ?? []) {
      const move = this.moves(world).find(each => each.name.startsWith(name))
      assert.ok(
        move !== undefined,
        `${name} is none of ${this.moves(world)
          .map(each => each.name)
          .join(', ')}`
      )
      world = move.apply()
    }
    return world
  }

  moves(world: World): readonly Move[] {
    const moves: Move[] = []
    for (const at of this.#agreements.keys()) {
      for (const group of telling(world, at, this.#setting.rules?.notarizeOnce === false)) {
        moves.push({ name: `${at} gets ${group}`, apply: () => this.#deliver(world, at, group) })
      }
      const state = world.states.get(at)
      if (state !== undefined && state.view <= this.#setting.views && state.timeouts === 0) {
        moves.push({ name: `${at} times out`, apply: () => this.#ring(world, at) })
      }
    }
    return moves
  }

  digest(world: World): string {
    const parts = [...world.states].map(([at, state]) => {
      const groups = (world.waiting.get(at) ?? []).map(({ group }) => group).sort()
      return [digestOf(state), ...groups].join('|')
    })
    // Who is who matters only where somebody honest leads.
    if (this.#setting.views <= 1) parts.sort()
    return hashText(parts.join('\n'))
  }

  #deliver(world: World, at: number, group: string): World {
    const all = world.waiting.get(at) ?? []
    const rest = all.filter(packet => packet.group !== group)
    let after: World = { ...world, waiting: new Map([...world.waiting, [at, rest]]) }
    for (const { from, bytes } of all.filter(packet => packet.group === group)) {
      after = this.#step(after, at, { type: 'message', from, bytes })
    }
    return after
  }

  #ring(world: World, at: number): World {
    return this.#step(world, at, { type: 'timer' })
  }

  #step(world: World, at: number, event: Parameters<Agreement<SimplexState>['step']>[1]): World {
    const state = world.states.get(at)
    const agreement = this.#agreements.get(at)
    assert.ok(state !== undefined && agreement !== undefined)
    try {
      const step = agreement.step(state, event, this.#nowMs)
      return this.#after(world, at, step.state, step.effects)
    } catch (error) {
      return { ...world, broken: error instanceof Error ? error.message : 'it threw' }
    }
  }

  #after(
    world: World,
    at: number,
    state: SimplexState,
    effects: readonly AgreementEffect[]
  ): World {
    let after: World = { ...world, states: new Map([...world.states, [at, state]]) }
    for (const effect of effects) {
      if (effect.type === 'send') {
        const message = decodeMessage(effect.bytes)
        after = this.#post(withVote(after, at, message), at, effect.to, [message])
      }
      if (effect.type === 'final')
        after = withFinal(after, effect.tip.state.height, effect.tip.block)
    }
    return prune(after, at)
  }

  #post(
    world: World,
    from: number,
    to: string | null,
    messages: readonly AgreementMessage[]
  ): World {
    let after = world
    for (const message of messages) {
      const group = groupOf(message, this.#setting.views)
      if (group === null) continue
      const bytes = encodeMessage(message)
      const packet = {
        group,
        from: this.#signers[from]?.publicKey ?? '',
        bytes,
        id: hashText(toHex(bytes))
      }
      after = this.#enqueue(after, from, to, packet)
      if (message.type !== 'propose' || from === this.#setting.liar) continue
      after = this.#post(after, this.#setting.liar, null, this.#liar.agreeWith(message.block))
    }
    return after
  }

  #enqueue(world: World, from: number, to: string | null, packet: Packet): World {
    const waiting = new Map(world.waiting)
    for (const at of this.#agreements.keys()) {
      if (at === from || (to !== null && to !== this.#signers[at]?.publicKey)) continue
      const before = waiting.get(at) ?? []
      if (!before.some(({ id }) => id === packet.id)) waiting.set(at, [...before, packet])
    }
    return { ...world, waiting }
  }
}

/**
 * What can change anything at a member: a proposal, or votes that make a certificate there. Fewer votes than a
 * quorum move no rule, so nothing is lost if they come with those that complete it.
 */
function telling(world: World, at: number, votesAgain: boolean): readonly string[] {
  const state = world.states.get(at)
  const waiting = world.waiting.get(at) ?? []
  const groups = [...new Set(waiting.map(({ group }) => group))]
  return groups.filter(group => {
    const [kind, view, block] = group.split(' ')
    if (state === undefined) return true
    const round = state.rounds.get(Number(view))
    // A second proposal of a view is of use only where a quorum has chosen it.
    if (kind === 'propose') {
      if (votesAgain) return true
      return round?.proposal == null || round.notarization?.block.slice(0, 6) === block
    }
    const held = state.rounds.get(Number(view))?.[kind as 'notarize' | 'nullify' | 'finalize']
    const same = [...(held?.values() ?? [])].filter(
      ({ subject }) => (subject.block?.slice(0, 6) ?? '') === block
    )
    const count = same.length + waiting.filter(packet => packet.group === group).length
    return count >= state.seat.quorum
  })
}

/** null for what the explored members can do without: certificates are made again from the votes. */
function groupOf(message: AgreementMessage, views: number): string | null {
  if (message.type === 'propose') {
    const { header } = message.block
    const hash = hashHeader(header, toyCrypto).slice(0, 6)
    return header.view > views ? null : `propose ${header.view} ${hash}`
  }
  if (message.type !== 'vote') return null
  const { kind, view, block } = message.vote.subject
  return view > views ? null : `${kind} ${view} ${block?.slice(0, 6) ?? ''}`
}

/** Everything that an honest member ever signed; two words that contradict each other are its guilt. */
function withVote(world: World, at: number, message: AgreementMessage): World {
  if (message.type !== 'vote') return world
  const { kind, view, block } = message.vote.subject
  const said = new Map(world.said)
  const key = `${at} ${kind} ${view}`
  const other = kind === 'nullify' ? 'finalize' : kind === 'finalize' ? 'nullify' : ''
  const before = said.get(key)
  const guilty = (before !== undefined && before !== block) || said.has(`${at} ${other} ${view}`)
  said.set(key, block)
  return { ...world, said, guilty: world.guilty ?? (guilty ? key : null) }
}

function withFinal(world: World, height: number, block: string): World {
  const before = world.finals.get(height)
  if (before !== undefined && before !== block) {
    return { ...world, broken: `two final blocks at height ${height}` }
  }
  return { ...world, finals: new Map([...world.finals, [height, block]]) }
}

/** Forgets messages that can change nothing any more, so that equal worlds look equal. */
function prune(world: World, at: number): World {
  const state = world.states.get(at)
  const waiting = world.waiting.get(at)
  if (state === undefined || waiting === undefined) return world
  const kept = waiting.filter(({ group }) => {
    const [kind, view] = group.split(' ')
    const number = Number(view)
    if (number <= state.final.view) return false
    const round = state.rounds.get(number)
    if (kind === 'notarize') return round?.notarization == null
    if (kind === 'nullify') return round?.nullification == null
    return kind !== 'finalize' || round?.finalization == null
  })
  return { ...world, waiting: new Map([...world.waiting, [at, kept]]) }
}

/** What decides how a member goes on. Votes of others are there with their certificate or not at all. */
function digestOf(state: SimplexState): string {
  const { key } = state.seat
  const rounds = [...state.rounds.values()]
    .sort((a, b) => a.view - b.view)
    .map(round => [
      round.view,
      round.proposal?.hash,
      round.refused,
      round.notarization?.block,
      round.nullification === null,
      round.finalization?.block,
      ...[round.notarize, round.nullify, round.finalize].map(votes => votes.get(key)?.subject.block)
    ])
  const bodies = [...state.branches.keys()].sort()
  return JSON.stringify([state.view, state.final.block, state.timeouts > 0, rounds, bodies])
}
