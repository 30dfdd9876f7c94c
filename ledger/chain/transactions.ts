import { applyAdmitted, checkAdmission } from '../apply/index.ts'
import { toHex } from '../encoding/index.ts'
import { merkleRoot } from '../merkle/index.ts'
import {
  type Hash,
  isInvalid,
  type PublicKey,
  type Rejection,
  type ResultCode,
  type SignedTransaction
} from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'
import {
  encodeTransaction,
  hashTransaction,
  transactionLeaf,
  verifyTransaction
} from '../statements/index.ts'
import type { ChainContext } from './context.ts'

/** What became of one transaction. */
export interface Outcome {
  readonly hash: Hash
  readonly signed: SignedTransaction
  /** null: applied. */
  readonly rejection: Rejection | null
}

/**
 * The key that has to have signed; undefined if the signer is unknown. An account that is open keeps its key
 * even against `open-account`, or a stranger could use up its nonce with a key of their own.
 */
export function signerKey(state: StateReader, signed: SignedTransaction): PublicKey | undefined {
  const { signer, body } = signed.transaction
  const known = signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
  return known?.key ?? (body.type === 'open-account' ? body.key : undefined)
}

/** null if the transaction bears its signer's signature; otherwise INVALID_SIGNER or INVALID_SIGNATURE. */
export function checkSignature(
  state: StateReader,
  signed: SignedTransaction,
  context: ChainContext
): Rejection | null {
  const { signer } = signed.transaction
  const key = signerKey(state, signed)
  if (key === undefined) {
    return { code: 'INVALID_SIGNER', message: `no ${signer.kind} has the id ${signer.id}` }
  }
  const known = context.isVerified(hashTransaction(signed, context.crypto), key)
  if (known || verifyTransaction(context, signed, key)) return null
  return {
    code: 'INVALID_SIGNATURE',
    message: `not signed by the key of ${signer.kind} ${signer.id} for this network`
  }
}

/**
 * Runs one transaction on a block's draft. A rejection that `isInvalid` means that it changed nothing and may
 * not stand in the block.
 */
export function runTransaction(
  draft: Draft,
  signed: SignedTransaction,
  context: ChainContext
): Outcome {
  const rejection =
    checkAdmission(draft, signed) ??
    checkSignature(draft, signed, context) ??
    applyAdmitted(draft, signed, context)
  return { hash: hashTransaction(signed, context.crypto), signed, rejection }
}

/** Whether a block may hold a transaction with this outcome. */
export function isIncludable(outcome: Outcome): boolean {
  return outcome.rejection === null || !isInvalid(outcome.rejection.code)
}

/** RFC 9162 tree over [signed transaction, result], each in canonical form. */
export function transactionRoot(
  transactions: readonly SignedTransaction[],
  results: readonly ResultCode[],
  context: ChainContext
): Hash {
  const leaves = transactions.map((signed, at) => transactionLeaf(signed, results[at] ?? null))
  return toHex(merkleRoot(context.crypto, leaves))
}

/** Size in a block. */
export function transactionBytes(signed: SignedTransaction): number {
  return encodeTransaction(signed).length
}
