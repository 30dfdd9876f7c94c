import { hasEnded, type Tip } from '../../chain/index.ts'
import { encodeMessage } from '../../encoding/index.ts'
import type {
  AgreementMessage,
  Evidence,
  Hash,
  LogRecord,
  PublicKey,
  QuorumCertificate,
  SignedVote,
  VoteSubject
} from '../../records/index.ts'
import { signVote, verifyVote } from '../../statements/index.ts'
import type { AgreementEffect, AgreementStep, FinalRecord } from '../agreement.ts'
import type { AgreementFaultCode } from '../faults.ts'
import { type Settings, type SimplexOptions, settingsOf } from './options.ts'
import type { SafetyRules } from './rules.ts'
import { type Branch, emptyRound, type Round, type Seat, type SimplexState } from './state.ts'

type Changing = { -readonly [K in keyof SimplexState]: SimplexState[K] }

/**
 * One step being made: the state it will end in and what it asks for. All that has to be on disk goes out in one
 * write, before anything that others can see; so a step costs one sync of the disk, however much it decides.
 */
export class Work {
  readonly options: SimplexOptions
  readonly settings: Settings
  readonly nowMs: number
  readonly state: Changing
  readonly rounds: Map<number, Round>
  readonly branches: Map<Hash, Branch>
  /** Bodies that this step misses; `final` for final blocks. */
  readonly missing: Set<string> = new Set()
  /** A block of our own was begun in this step: the next one waits for the next step. */
  proposed = false
  readonly #effects: AgreementEffect[] = []
  readonly #records: FinalRecord[] = []
  readonly #log: LogRecord[]
  /** Whether the log holds anything that must be on disk before this step's sends. */
  #urgent = false

  constructor(options: SimplexOptions, state: SimplexState, nowMs: number) {
    this.options = options
    this.settings = settingsOf(options)
    this.nowMs = nowMs
    this.#log = [...state.unwritten]
    this.rounds = new Map(state.rounds)
    this.branches = new Map(state.branches)
    this.state = { ...state, rounds: this.rounds, branches: this.branches }
  }

  get rules(): SafetyRules {
    return this.settings.rules
  }

  get seat(): Seat {
    return this.state.seat
  }

  get final(): Tip {
    return this.state.final
  }

  /** Of the final block; 0 where it ended the epoch before, because views begin anew. */
  get finalView(): number {
    return this.seat.epoch === this.final.epoch ? this.final.view : 0
  }

  /** The last block of this epoch is final: whoever is seated in the next one begins there anew. */
  get isOver(): boolean {
    return this.rules.endEpochs && isOver(this.state)
  }

  round(view: number): Round {
    return this.rounds.get(view) ?? emptyRound(view)
  }

  change(view: number, change: Partial<Round>): void {
    this.rounds.set(view, { ...this.round(view), ...change })
  }

  own(view: number, kind: 'notarize' | 'finalize' | 'nullify'): SignedVote | undefined {
    return this.round(view)[kind].get(this.seat.key)
  }

  emit(effect: AgreementEffect): void {
    this.#effects.push(effect)
  }

  send(to: PublicKey | null, message: AgreementMessage): void {
    if (to === null && this.seat.members.length === 1) return
    this.emit({ type: 'send', to, bytes: encodeMessage(message) })
  }

  refuse(from: PublicKey, code: AgreementFaultCode, message: string): false {
    this.emit({ type: 'refused', from, fault: { code, message } })
    return false
  }

  accuse(evidence: Evidence): void {
    this.emit({ type: 'evidence', evidence })
  }

  /** Signs, to be on disk before this step's sends. */
  sign(subject: VoteSubject): SignedVote {
    const { context, signer } = this.options
    const vote = signVote(context.network, subject, signer)
    this.#log.push({ type: 'vote', vote })
    this.#urgent = true
    return vote
  }

  isGood(vote: SignedVote): boolean {
    return !this.rules.signatures || verifyVote(this.options.context, vote)
  }

  keepBody(branch: Branch): void {
    if (branch.logged) return
    this.#log.push({ type: 'block', block: branch.block })
    this.branches.set(branch.hash, { ...branch, logged: true })
  }

  /** Others hold it too, so it goes to disk with the next thing that has to. */
  keepCertificate(certificate: QuorumCertificate): void {
    this.#log.push({ type: 'certificate', certificate })
  }

  keepFinal(record: FinalRecord): void {
    this.#records.push(record)
  }

  end(): AgreementStep<SimplexState> {
    if (!this.#urgent && this.#records.length === 0) {
      return { state: { ...this.state, unwritten: this.#log }, effects: this.#effects }
    }
    const write = this.state.nextWrite
    const persist: AgreementEffect = {
      type: 'persist',
      write,
      records: this.#records,
      log: this.#log,
      synced: this.#urgent
    }
    return {
      state: { ...this.state, unwritten: [], nextWrite: write + 1 },
      effects: this.rules.persistFirst ? [persist, ...this.#effects] : [...this.#effects, persist]
    }
  }
}

function isOver({ seat, final }: Pick<SimplexState, 'seat' | 'final'>): boolean {
  return hasEnded(final) && final.epoch === seat.epoch
}
