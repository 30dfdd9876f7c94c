import {
  type AgreementMessage,
  type Block,
  buildBlock,
  chainContext,
  type Genesis,
  genesisTip,
  hashHeader,
  networkOf,
  type Signer,
  setHashOf,
  signVote
} from '../../../../ledger/index.ts'
import { toyCrypto } from '../../../support/toy-crypto.ts'

/** Shows two blocks in its view, both on the genesis, and says everything about every block and view. */
export class Liar {
  readonly #genesis: Genesis
  readonly #signer: Signer
  readonly #setting: { readonly liar: number; readonly views: number }

  constructor(
    genesis: Genesis,
    signer: Signer,
    setting: { readonly liar: number; readonly views: number }
  ) {
    this.#genesis = genesis
    this.#signer = signer
    this.#setting = setting
  }

  lies(): readonly AgreementMessage[] {
    const { liar, views } = this.#setting
    const blocks = liar > views ? [] : [this.#block(liar, 1), this.#block(liar, 2)]
    const nullified = Array.from({ length: views }, (_, at) => this.#nullify(at + 1))
    return [
      ...blocks.flatMap(block => [this.#propose(block), ...this.agreeWith(block)]),
      ...nullified
    ]
  }

  /** Its part to make a block of anybody notarized and final. */
  agreeWith(block: Block): readonly AgreementMessage[] {
    return [this.#vote('notarize', block), this.#vote('finalize', block)]
  }

  #block(view: number, afterMs: number): Block {
    const proposal = {
      epoch: 0,
      view,
      timeMs: this.#genesis.timeMs + afterMs,
      setHash: setHashOf(this.#genesis.coordinators, toyCrypto),
      transactions: []
    }
    const context = chainContext(this.#genesis, toyCrypto)
    return buildBlock(genesisTip(this.#genesis, toyCrypto), proposal, context).block
  }

  #propose(block: Block): AgreementMessage {
    const { vote } = this.#sign('propose', block)
    return { type: 'propose', block, parent: null, nullifications: [], vote }
  }

  #vote(kind: 'notarize' | 'finalize', block: Block): AgreementMessage {
    return { type: 'vote', vote: this.#sign(kind, block) }
  }

  #nullify(view: number): AgreementMessage {
    const subject = { kind: 'nullify', epoch: 0, view, block: null } as const
    const network = networkOf(this.#genesis, toyCrypto)
    return { type: 'vote', vote: signVote(network, subject, this.#signer) }
  }

  #sign(kind: 'propose' | 'notarize' | 'finalize', { header }: Block): ReturnType<typeof signVote> {
    const block = hashHeader(header, toyCrypto)
    const subject = { kind, epoch: 0, view: header.view, block }
    return signVote(networkOf(this.#genesis, toyCrypto), subject, this.#signer)
  }
}
