/** The dear part of a block, taken out of it so that another thread can do it first: who is said to have signed what. */
import {
  accountIdOf,
  type CertifiedBlock,
  type Crypto,
  type Hash,
  hashTransaction,
  type LedgerState,
  type PublicKey,
  signerKey,
  verifyFinalize,
  verifyTransaction
} from '../../ledger/index.ts'

export interface Claim {
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** The transaction that bears it; its hash covers the signature too. Absent for votes. */
  readonly transaction?: { readonly hash: Hash; readonly key: PublicKey }
}

/**
 * Claims of blocks that are still ahead of what was executed. Keys of accounts that open in one of them are remembered;
 * a host that registers in one is unknown until then, and its signatures are left for the main thread.
 */
export class ClaimReader {
  readonly #crypto: Crypto
  readonly #network: string
  readonly #opening = new Map<string, PublicKey>()

  constructor(network: string, crypto: Crypto) {
    this.#network = network
    this.#crypto = crypto
  }

  /** `state` may be that of any earlier block. */
  read({ block, certificate }: CertifiedBlock, state: LedgerState): Claim[] {
    const claims: Claim[] = []
    const noting = (note: (claim: Claim) => Claim) => ({
      network: this.#network,
      crypto: recording(this.#crypto, claim => claims.push(note(claim)))
    })
    const votes = noting(claim => claim)
    const { epoch, view } = certificate
    for (const vote of certificate.votes) {
      verifyFinalize(votes, { epoch, view, block: certificate.block }, vote)
    }
    for (const signed of block.transactions) {
      const { body, signer } = signed.transaction
      if (body.type === 'open-account') {
        this.#opening.set(accountIdOf(body.key, this.#crypto), body.key)
      }
      const key = signerKey(state, signed) ?? this.#opening.get(signer.id)
      if (key === undefined) continue
      const transaction = { hash: hashTransaction(signed, this.#crypto), key }
      verifyTransaction(
        noting(claim => ({ ...claim, transaction })),
        signed,
        key
      )
    }
    return claims
  }

  /** A block has been executed: whoever opened an account in it is in the state from now on. */
  executed({ block }: CertifiedBlock): void {
    for (const { transaction } of block.transactions) {
      if (transaction.body.type === 'open-account') this.#opening.delete(transaction.signer.id)
    }
  }
}

/** Believes every signature and notes it down. */
function recording(crypto: Crypto, note: (claim: Claim) => void): Crypto {
  return {
    ...crypto,
    verify: (key, message, signature) => {
      note({ key, message, signature })
      return true
    }
  }
}
