import type {
  AccountId,
  AccountKind,
  Bid,
  Configuration,
  Hash,
  PublicKey,
  Resources,
  Signature,
  Uuid
} from './records.ts'
import type { SignedAcceptance, SignedOffer, SignedOrder, SignedReceipt } from './statements.ts'

/** Whose key and nonce a transaction uses: a person's account, or a host by itself. */
export type SignerRef =
  | { readonly kind: 'account'; readonly id: AccountId }
  | { readonly kind: 'host'; readonly id: Uuid }

/** What a transaction does. Which signer may send which is in `ledger/apply`. */
export type Body =
  /** By the account that does not exist yet: its id must be that of `key`. Nonce 1. */
  | {
      readonly type: 'open-account'
      readonly name: string
      readonly kind: AccountKind
      readonly key: PublicKey
    }
  /** By a provider account. `proof` is the host key's signature over (network, account, nonce, key). */
  | {
      readonly type: 'register-host'
      readonly name: string
      readonly processor: string
      readonly totals: Resources
      readonly key: PublicKey
      readonly proof: Signature
    }
  /** By a buyer account. The UUID follows from (owner, nonce). */
  | { readonly type: 'register-machine'; readonly configuration: Configuration; readonly bid: Bid }
  | {
      readonly type: 'edit-machine'
      readonly machine: Uuid
      readonly configuration: Configuration
      readonly bid: Bid
    }
  /** Forgets a registered machine. */
  | { readonly type: 'discard-machine'; readonly machine: Uuid }
  /** Raises the machine's order sequence, so that every order up to it is void. */
  | { readonly type: 'cancel-orders'; readonly machine: Uuid; readonly sequence: number }
  /** By the host named in the order: it has done, or holds ready, what the owner signed. */
  | {
      readonly type: 'confirm'
      readonly order: SignedOrder
      /** Root sealed by `store`, `stop`, `suspend`; null for the others. */
      readonly root: Hash | null
    }
  /** By the holder: the guest powered itself off, the VMM died, or the host rebooted. */
  | {
      readonly type: 'fell'
      readonly machine: Uuid
      readonly version: number
      readonly root: Hash
    }
  /** By the holder: suspended because the clock was halted (unpaid, or limit reached). */
  | {
      readonly type: 'suspend-unpaid'
      readonly machine: Uuid
      readonly version: number
      readonly root: Hash
    }
  /** By the owner: puts the move on the ledger. */
  | {
      readonly type: 'open-migration'
      readonly machine: Uuid
      readonly version: number
      readonly sequence: number
      readonly offer: SignedOffer
      readonly acceptance: SignedAcceptance
    }
  /** By the destination; stands outside the nonce (its nonce is 0) and is monotone by height. */
  | {
      readonly type: 'heartbeat'
      readonly machine: Uuid
      readonly migration: Hash
      readonly height: number
    }
  /** By the destination, after every byte is verified and on disk. */
  | {
      readonly type: 'commit-migration'
      readonly machine: Uuid
      readonly migration: Hash
      readonly receipt: SignedReceipt
    }
  /** By the owner or the destination. */
  | { readonly type: 'abort-migration'; readonly machine: Uuid; readonly migration: Hash }

export type BodyType = Body['type']

export interface Transaction {
  readonly signer: SignerRef
  /** Exactly the signer's stored nonce + 1; 0 for `heartbeat`. */
  readonly nonce: number
  /** Last height at which it may be included. */
  readonly expiryHeight: number
  /** Most the signer is ready to pay as a fee. */
  readonly feeMax: bigint
  readonly body: Body
}

export interface SignedTransaction {
  readonly transaction: Transaction
  readonly signature: Signature
}
