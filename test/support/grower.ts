/** Final blocks made by whoever has all keys, as fast as they can be executed. */
import {
  buildBlock,
  type CertifiedBlock,
  chainContext,
  changes,
  type FinalRecord,
  type Genesis,
  hashHeader,
  quorumOf,
  type SignedTransaction,
  type Signer,
  setHashOf,
  signFinalize,
  type Tip,
  tipAfter
} from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'

export class Grower {
  readonly #signers: readonly Signer[]
  readonly #context: ReturnType<typeof chainContext>
  readonly #setHash: string
  tip: Tip

  constructor(genesis: Genesis, signers: readonly Signer[], tip: Tip) {
    this.#signers = signers.slice(0, quorumOf(signers.length))
    // They are good: checking them again takes most of the time.
    this.#context = chainContext(genesis, nodeCrypto, () => true)
    this.#setHash = setHashOf(genesis.coordinators, nodeCrypto)
    this.tip = tip
  }

  grow(transactions: readonly SignedTransaction[]): FinalRecord {
    const { tip } = this
    const view = tip.view + 1
    const timeMs = tip.state.timeMs + 1
    const proposal = { epoch: 0, view, timeMs, setHash: this.#setHash, transactions }
    const built = buildBlock(tip, proposal, this.#context)
    if (built.block.transactions.length !== transactions.length) {
      throw new Error(`${built.block.transactions.length} of ${transactions.length} are in`)
    }
    this.tip = tipAfter(tip, built.block.header, built.state, nodeCrypto)
    return {
      type: 'final',
      certified: this.#certify(built.block),
      tip: this.tip,
      changes: changes(tip.state, built.state)
    }
  }

  #certify(block: CertifiedBlock['block']): CertifiedBlock {
    const subject = {
      epoch: 0,
      view: block.header.view,
      block: hashHeader(block.header, nodeCrypto)
    }
    const { network } = this.#context
    const votes = this.#signers.map(signer => signFinalize(network, subject, signer))
    return { block, certificate: { kind: 'finalize', ...subject, votes }, descent: [] }
  }
}
