import type { PublicKey } from '../../ledger/index.ts'
import {
  type Conduct,
  inTurn,
  isShut,
  NO_SOURCES,
  noteConduct,
  type Sources
} from '../../protocols/ledger/index.ts'
import type { Clock } from '../clock.ts'
import { type LedgerAccessCode, LedgerAccessError } from '../ledger-access/index.ts'
import type { LightPeers } from './peers.ts'

/** What came of asking one node. `too-large`: it could prove it, but not in one answer. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly conduct: Exclude<Conduct, 'good'> | 'too-large'
      readonly message: string
    }

type Failure = Extract<Attempt<unknown>, { ok: false }>

export interface AskingOptions {
  readonly peers: LightPeers
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** Nodes asked for one thing: more than this are away only if the network is, and somebody waits. */
const ASKED_MAX = 8
/** No further node is asked after so long: a person waits, and the API's own patience is half a minute. */
const ASKING_MS = 12_000

/** What is told in the end, the most telling first. */
const CODES: readonly (readonly [Failure['conduct'], LedgerAccessCode, string])[] = [
  ['too-large', 'LEDGER_TOO_LARGE', 'can prove it only in more than one answer'],
  ['stale', 'LEDGER_STALE', 'shows no head that is new enough'],
  ['behind', 'LEDGER_BEHIND', 'has not come as far as this node has seen'],
  ['lied', 'LEDGER_UNPROVEN', 'proves nothing'],
  ['ahead', 'LEDGER_UNPROVEN', 'does not show how its coordinators came to be'],
  ['silent', 'LEDGER_UNREACHABLE', 'does not answer']
]

/** Asks one node after the other until one gives an answer that is so; remembers who did what. */
export class Asking {
  readonly #options: AskingOptions
  #sources: Sources = NO_SOURCES

  constructor(options: AskingOptions) {
    this.#options = options
  }

  /** Throws `LedgerAccessError` where nobody does. */
  async ask<T>(
    coordinators: readonly PublicKey[],
    attempt: (key: PublicKey) => Promise<Attempt<T>>,
    signal: AbortSignal | undefined
  ): Promise<T> {
    const { clock } = this.#options
    const startMs = clock.nowMs()
    const failures: Failure[] = []
    for (const key of await this.candidates(coordinators)) {
      signal?.throwIfAborted()
      const made = await this.#attempt(key, attempt, signal)
      if (made.ok) return made.value
      failures.push(made)
      if (clock.nowMs() - startMs > ASKING_MS) break
    }
    signal?.throwIfAborted()
    throw errorOf(failures, await this.#liars(coordinators))
  }

  /** Who is to be asked, in that order. */
  async candidates(coordinators: readonly PublicKey[]): Promise<readonly PublicKey[]> {
    const { peers, clock } = this.#options
    const groups = await peers.candidates(coordinators)
    return inTurn(this.#sources, groups, clock.nowMs()).slice(0, ASKED_MAX)
  }

  note(key: PublicKey, conduct: Conduct, message: string): void {
    const { clock, log } = this.#options
    this.#sources = noteConduct(this.#sources, key, conduct, clock.nowMs())
    if (conduct !== 'lied' && conduct !== 'ahead') return
    log(`a node's answer was refused, it is not asked for a minute: ${message}`, { key })
  }

  async #attempt<T>(
    key: PublicKey,
    attempt: (key: PublicKey) => Promise<Attempt<T>>,
    signal: AbortSignal | undefined
  ): Promise<Attempt<T>> {
    const made = await attempt(key).catch((error: unknown): Failure => {
      const message = error instanceof Error ? error.message : String(error)
      return { ok: false, conduct: 'silent', message }
    })
    if (made.ok) this.note(key, 'good', '')
    // Who was not waited for has done nothing wrong.
    else if (made.conduct !== 'too-large' && signal?.aborted !== true) {
      this.note(key, made.conduct, made.message)
    }
    return made
  }

  async #liars(coordinators: readonly PublicKey[]): Promise<number> {
    const { peers, clock } = this.#options
    const keys = new Set((await peers.candidates(coordinators)).flat())
    return [...keys].filter(key => isShut(this.#sources, key, clock.nowMs())).length
  }
}

function errorOf(failures: readonly Failure[], liars: number): LedgerAccessError {
  const told = CODES.flatMap(([conduct, code, words]) => {
    const [first, ...others] = failures.filter(each => each.conduct === conduct)
    if (first === undefined) return []
    const who = others.length === 0 ? 'a node' : `each of ${others.length + 1} nodes`
    return [{ code, sentence: `${who} ${words}: ${first.message}` }]
  })
  const [first] = told
  if (first !== undefined) {
    return new LedgerAccessError(first.code, told.map(({ sentence }) => sentence).join('; '))
  }
  if (liars === 0) {
    return new LedgerAccessError('LEDGER_UNREACHABLE', 'no node that serves the ledger is known')
  }
  const message = `${liars} nodes are known, and what they answered within the last minute was not so`
  return new LedgerAccessError('LEDGER_UNPROVEN', message)
}
