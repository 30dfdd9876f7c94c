/**
 * What can happen to a member, as a numbered alphabet: its view's time runs out, a proposal comes, a quorum's votes
 * come, or a lie. The network is the set of letters that can come by now; a message once sent can come ever after.
 */
import {
  type AgreementMessage,
  encodeMessage,
  type Hash,
  type ProposeMessage,
  type QuorumCertificate,
  type SignedVote,
  signVote,
  type Vote,
  type VoteSubject
} from '../../../../ledger/index.ts'
import { MEMBERS, QUORUM, type Setting } from './setting.ts'
import type { Town } from './town.ts'

export interface Packet {
  readonly from: string
  readonly bytes: Uint8Array
}

/** The honest members that said a letter's vote. */
export type Sayers = (letter: number) => readonly number[]

export interface Letter {
  readonly id: number
  readonly name: string
  /** A quorum's votes come when enough have said them, the others when one has. */
  readonly kind: 'event' | 'proposal' | 'quorum' | 'lie'
  /** Its votes' subject; for a lie, and a proposal, null. */
  readonly subject: VoteSubject | null
  /** Letters that must be able to come before the liar can send this one. */
  readonly needs: readonly number[]
  /** Letters of which somebody must have said one. */
  readonly after: readonly number[]
  packets(sayers: Sayers): readonly Packet[]
}

/** As many letters as a world's masks have room for. */
export const LETTERS_MAX = 256
export const TIMEOUT = 0
/** A member begins again with what its disk holds. */
export const CRASH = 1
/** The same where the last step was seen by others before it was on disk. */
export const EARLY_CRASH = 2
export const EVENTS: readonly number[] = [TIMEOUT, CRASH, EARLY_CRASH]

/** The explorer's own tables are too small: nothing that was found counts. */
export class OutOfRoom extends Error {}

type Countable = QuorumCertificate['kind']

export class Letters {
  readonly all: Letter[] = []
  readonly town: Town
  readonly setting: Setting
  readonly quorum: number
  readonly #byName = new Map<string, Letter>()

  constructor(town: Town, setting: Setting) {
    this.town = town
    this.setting = setting
    this.quorum = QUORUM - (setting.rules.fullQuorum ? 0 : 1)
    for (const name of ['time runs out', 'the power fails', 'the power fails before the write']) {
      this.add(name, { kind: 'event', packets: () => [] })
    }
  }

  get(id: number): Letter {
    const letter = this.all[id]
    if (letter === undefined) throw new Error(`there is no letter ${id}`)
    return letter
  }

  /** The letter of that name, made if it is new. */
  add(
    name: string,
    made: Pick<Letter, 'kind' | 'packets'> & Partial<Pick<Letter, 'subject' | 'needs' | 'after'>>
  ): Letter {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const id = this.all.length
    if (id >= LETTERS_MAX) throw new OutOfRoom(`more than ${LETTERS_MAX} letters: ${name}`)
    const letter = { subject: null, needs: [], after: [], ...made, id, name }
    this.all.push(letter)
    this.#byName.set(name, letter)
    return letter
  }

  named(name: string): Letter {
    const letter = this.#byName.get(name)
    if (letter === undefined) throw new Error(`there is no letter "${name}"`)
    return letter
  }

  /** How many honest members have to say a letter before it can come. The liar says all. */
  sayersFor(id: number): number {
    return this.get(id).kind === 'quorum' ? this.quorum - 1 : 1
  }

  /** That a quorum has said `kind` of the view and block. */
  quorumOf(kind: Countable, view: number, block: Hash | null): Letter {
    const name = `${kind} ${block === null ? view : this.town.blockOf(block).name}`
    const subject = { kind, epoch: 0, view, block } as VoteSubject
    return this.add(name, {
      kind: 'quorum',
      subject,
      packets: sayers => this.#votes(subject, sayers(this.quorumOf(kind, view, block).id))
    })
  }

  certificate(
    kind: Countable,
    view: number,
    block: Hash | null,
    sayers: Sayers
  ): QuorumCertificate {
    const { id, subject } = this.quorumOf(kind, view, block)
    return this.#certified(subject as VoteSubject, sayers(id))
  }

  /** The same proposal with certificates of those who said them. */
  signedBy(message: ProposeMessage, sayers: Sayers): ProposeMessage {
    const resigned = <C extends QuorumCertificate>({ kind, view, block }: C): C =>
      this.certificate(kind, view, block, sayers) as C
    const { parent, nullifications } = message
    return {
      ...message,
      parent: parent === null ? null : resigned(parent),
      nullifications: nullifications.map(resigned)
    }
  }

  sign(subject: VoteSubject, at: number): SignedVote {
    const signer = this.town.signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    return signVote(this.town.context.network, subject, signer)
  }

  packet(from: number, message: AgreementMessage): Packet {
    return { from: this.town.keyOf(from % MEMBERS), bytes: encodeMessage(message) }
  }

  /** Vote by vote, and then at once: whoever counted another vote of the liar takes the certificate. */
  #votes(subject: VoteSubject, sayers: readonly number[]): readonly Packet[] {
    const { liar } = this.setting
    const certificate = this.#certified(subject, sayers)
    const votes = [...sayers, liar].map(at =>
      this.packet(at, { type: 'vote', vote: this.sign(subject, at) })
    )
    return [...votes, this.packet(liar, { type: 'certificate', certificate })]
  }

  #certified(subject: VoteSubject, sayers: readonly number[]): QuorumCertificate {
    const signers = [this.setting.liar, ...sayers].slice(0, this.quorum)
    const votes: Vote[] = signers.map(at => this.sign(subject, at).vote)
    const { kind, epoch, view, block } = subject
    return { kind, epoch, view, block, votes } as QuorumCertificate
  }
}
