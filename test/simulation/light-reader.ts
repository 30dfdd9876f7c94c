/**
 * Somebody who replays nothing and follows the same ledger: every final header leads from one set to the next, no older
 * one is taken again, and what the state holds is shown by proofs of which not a byte may be another.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  type CertifiedBlock,
  type CertifiedHeader,
  type Crypto,
  type Genesis,
  type LedgerState,
  type Light,
  type LightStep,
  lightFrom,
  PartialState,
  prefixQuery,
  proveState,
  readProof,
  type StateEntry,
  type StateQuery,
  takeHandOver,
  takeHead
} from '../../ledger/index.ts'
import type { Chance } from './chance.ts'
import { Violated } from './violation.ts'

/** One in so many heads is taken: a reader is not there all the time, but for hand-overs. */
const HEADS_TAKEN = 3
/** One in so many of those is read under. */
const HEADS_READ = 4
const STRANGER = 'ff'.repeat(16)

export class LightReader {
  readonly #chance: Chance
  readonly #crypto: Crypto
  #light: Light
  #older: CertifiedHeader | null = null

  constructor(genesis: Genesis, chance: Chance, crypto: Crypto) {
    this.#chance = chance
    this.#crypto = crypto
    this.#light = lightFrom(genesis, crypto)
  }

  /** The next final block, and the state after it. */
  final({ block, certificate, descent }: CertifiedBlock, state: LedgerState): void {
    const { header } = block
    const certified = { header, certificate, descent }
    const endsEpoch = header.nextSet !== null
    if (!endsEpoch && !this.#chance.oneIn(HEADS_TAKEN)) return
    const step = endsEpoch
      ? takeHandOver(this.#light, certified, this.#crypto)
      : takeHead(this.#light, certified, this.#crypto, header.timeMs)
    if (!step.ok) throw violated(header.height, `is refused: ${step.fault.message}`)
    this.#light = step.light
    this.#refuseOlder()
    this.#refuseAltered(certified)
    this.#older = certified
    if (this.#chance.oneIn(HEADS_READ)) this.#read(state, header.stateRoot)
  }

  #refuseOlder(): void {
    const { header } = this.#older ?? {}
    if (this.#older === null || header === undefined) return
    const again = takeHead(this.#light, this.#older, this.#crypto, header.timeMs)
    if (again.ok) throw violated(header.height, 'is taken again after a newer one')
  }

  /** The same certificate does not hold for another header. */
  #refuseAltered(certified: CertifiedHeader): void {
    const { header } = certified
    const altered = { ...header, stateRoot: header.logRoot }
    const before = { ...this.#light, head: null }
    const steps: LightStep[] = [
      takeHead(before, { ...certified, header: altered }, this.#crypto, header.timeMs),
      takeHead(
        before,
        { ...certified, certificate: { ...certified.certificate, votes: [] } },
        this.#crypto,
        header.timeMs
      )
    ]
    if (steps.some(({ ok }) => ok))
      throw violated(header.height, 'is taken with another state root or without votes')
  }

  #read(state: LedgerState, root: string): void {
    const account = this.#chance.pick([...state.accounts()].slice(0, 64))
    const queries: readonly StateQuery[] = [
      { kind: 'key', key: `account/${account.id}` },
      { kind: 'key', key: `account/${STRANGER}` },
      prefixQuery(`machine/${account.id}/`)
    ]
    const proof = proveState(state, queries)
    const place = {
      genesis: state.genesis,
      network: state.network,
      height: state.height,
      timeMs: state.timeMs
    }
    const part = { queries, entries: this.#shown(proof, root, queries, state.height) }
    const proven = new PartialState(place, part, ({ kind }, isProven) => {
      if (!isProven) throw violated(state.height, `does not show a ${kind} that was asked for`)
    })
    const pairs: readonly (readonly [unknown, unknown])[] = [
      [proven.account(account.id), account],
      [proven.account(STRANGER), undefined],
      [[...proven.machines(account.id)], [...state.machines(account.id)]]
    ]
    for (const [found, truth] of pairs) {
      if (!isDeepStrictEqual(found, truth))
        throw violated(state.height, 'is shown with another content')
    }
    this.#alter(proof, root, state.height)
  }

  #shown(
    proof: Uint8Array,
    root: string,
    queries: readonly StateQuery[],
    height: number
  ): readonly StateEntry[] {
    const read = readProof(proof, root, this.#crypto)
    if (!read.ok) throw violated(height, `has a proof that fails: ${read.fault.message}`)
    return queries.flatMap(query => {
      const answer = read.state.answer(query)
      if (!answer.ok)
        throw violated(height, `has a proof that is not whole: ${answer.fault.message}`)
      return answer.entries
    })
  }

  #alter(proof: Uint8Array, root: string, height: number): void {
    const altered = Uint8Array.from(proof)
    const at = this.#chance.between(0, altered.length - 1)
    altered[at] = (altered[at] ?? 0) ^ (1 << this.#chance.between(0, 7))
    if (!readProof(altered, root, this.#crypto).ok) return
    throw violated(height, `is proven by a proof whose byte ${at} was altered`)
  }
}

function violated(height: number, what: string): Violated {
  return new Violated('proofs', `the header of height ${height} ${what}`)
}
