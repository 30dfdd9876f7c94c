/** Blocks of a ledger of four coordinators, executed and finalized by three of them, as fast as they can be made. */
import { createHash } from 'node:crypto'
import {
  buildBlock,
  type CertifiedBlock,
  type ChainContext,
  chainContext,
  type Genesis,
  genesisTip,
  hashHeader,
  quorumOf,
  type SignedTransaction,
  type Signer,
  setHashOf,
  signFinalize,
  type Tip,
  tipAfter
} from '../../../ledger/index.ts'
import { createSigner, nodeCrypto } from '../../../node/crypto/index.ts'
import * as sample from '../../support/ledger-samples.ts'

const MEMBERS: readonly Signer[] = ['one', 'two', 'three', 'four'].map(name =>
  createSigner(createHash('sha256').update(name).digest())
)

/** Of these members; a block each second. */
export function genesisOf(parameters: Partial<Genesis['parameters']>): Genesis {
  return {
    ...sample.genesis,
    coordinators: MEMBERS.map(({ publicKey }, at) => ({ name: `member-${at}`, key: publicKey })),
    parameters: { ...sample.genesis.parameters, ...parameters }
  }
}

export class CertifiedChain {
  readonly context: ChainContext
  readonly #setHash: string
  #tip: Tip

  constructor(genesis: Genesis) {
    // Whoever signs them here need not check the signatures.
    this.context = chainContext(genesis, nodeCrypto, () => true)
    this.#tip = genesisTip(genesis, nodeCrypto)
    this.#setHash = setHashOf(genesis.coordinators, nodeCrypto)
  }

  get tip(): Tip {
    return this.#tip
  }

  /** The members stay the same in all epochs. */
  add(transactions: readonly SignedTransaction[], timeMs?: number): CertifiedBlock {
    const tip = this.#tip
    const { epoch } = tip.state.epoch
    const proposal = {
      epoch,
      view: epoch === tip.epoch ? tip.view + 1 : 1,
      timeMs: timeMs ?? tip.state.timeMs + 1_000,
      setHash: this.#setHash,
      parentVotes: 0,
      transactions
    }
    const { block, state, excluded } = buildBlock(tip, proposal, this.context)
    const [first] = excluded
    if (first !== undefined) throw new Error(`left out: ${first.rejection?.message}`)
    if (block.transactions.length < transactions.length) throw new Error('more than a block holds')
    const { header } = block
    this.#tip = tipAfter(tip, header, state, nodeCrypto)
    const subject = { epoch, view: header.view, block: hashHeader(header, nodeCrypto) }
    const votes = MEMBERS.slice(0, quorumOf(MEMBERS.length)).map(member =>
      signFinalize(this.context.network, subject, member)
    )
    return { block, certificate: { kind: 'finalize', ...subject, votes }, descent: [] }
  }
}
