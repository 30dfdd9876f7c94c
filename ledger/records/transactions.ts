import type {
  AccountId,
  AccountKind,
  Bid,
  Configuration,
  Hash,
  Picodollars,
  PublicKey,
  Resources,
  Signature,
  Uuid
} from './records.ts'
import type { SignedAcceptance, SignedOffer, SignedOrder, SignedReceipt } from './statements.ts'
import type { Evidence } from './votes.ts'

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
  /** By the holder of a machine that its owner released: what the disk is now. */
  | {
      readonly type: 'seal'
      readonly machine: Uuid
      readonly version: number
      readonly root: Hash
    }
  /** By the holder: from here on the owner has the grace to fetch or move the machine. */
  | { readonly type: 'give-notice'; readonly machine: Uuid; readonly version: number }
  /** By the holder, after the grace: the contract ends, the machine is registered again. */
  | { readonly type: 'evict'; readonly machine: Uuid; readonly version: number }
  /** By the owner of a started machine: it is stopped at once, whatever the holder says. */
  | { readonly type: 'release'; readonly machine: Uuid; readonly version: number }
  /** By the owner: the contract ends at once, the machine is registered again and its room is free. */
  | { readonly type: 'release-contract'; readonly machine: Uuid; readonly version: number }
  /**
   * By the owner: the holder is given up. With an heir, who has a copy of the sealed root and accepts, the
   * machine is the heir's as it was sealed; without one it is registered again.
   */
  | {
      readonly type: 'declare-lost'
      readonly machine: Uuid
      readonly version: number
      readonly heir: Heir | null
    }
  /** By the owner of a started machine: a higher spend limit; a halted clock goes on. */
  | {
      readonly type: 'raise-limit'
      readonly machine: Uuid
      readonly version: number
      readonly spendLimit: Picodollars
    }
  /**
   * By the account that a coordinator wants its fees on. `proof` is the coordinator key's signature over
   * (network, account, nonce, key).
   */
  | { readonly type: 'collect-fees'; readonly coordinator: PublicKey; readonly proof: Signature }
  /** By the issuer's account: new money, in public. */
  | { readonly type: 'issue'; readonly to: AccountId; readonly amount: Picodollars }
  /**
   * Locks a bond up and makes the account a candidate, or changes the addresses of one. `proof` is the consensus key's
   * signature over (network, account, nonce, key).
   */
  | {
      readonly type: 'stand'
      readonly key: PublicKey
      readonly addresses: readonly string[]
      readonly proof: Signature
    }
  /** No candidate any more. Who never coordinated has the bond back at once, others two epochs after their last. */
  | { readonly type: 'withdraw-candidacy' }
  /** All whom the account would have coordinate: stands until it is changed. None: it has no ballot any more. */
  | { readonly type: 'vote'; readonly candidates: readonly AccountId[] }
  /** By anybody: a coordinator or candidate has signed what no honest one signs. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** By a host, once a period; stands outside the nonce (its nonce is 0) and is monotone by height. */
  | { readonly type: 'alive'; readonly height: number }
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

/** A host that takes over a machine whose holder is lost, under the terms of its offer. */
export interface Heir {
  readonly offer: SignedOffer
  readonly acceptance: SignedAcceptance
}

export interface Transaction {
  readonly signer: SignerRef
  /** Exactly the signer's stored nonce + 1; 0 for `heartbeat` and `alive`. */
  readonly nonce: number
  /** Last height at which it may be included. */
  readonly expiryHeight: number
  /** Most the signer is ready to pay as a fee; it pays what the parameters say. */
  readonly feeMax: Picodollars
  readonly body: Body
}

export interface SignedTransaction {
  readonly transaction: Transaction
  readonly signature: Signature
}
