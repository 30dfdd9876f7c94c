/**
 * Statements are values that nobody changes, and the same ones are asked for their names again and again: by the
 * pool, by the block, by each check of it. A name is worked out once for each object and forgotten with it.
 */
import { concat } from 'uint8arrays/concat'
import type { Crypto } from '../crypto/index.ts'
import {
  beside,
  encodeAs,
  headerCodec,
  resultCodec,
  signedTransactionCodec
} from '../encoding/index.ts'
import type { Hash, Header, ResultCode, SignedTransaction } from '../records/index.ts'
import { hashOf } from './domains.ts'

interface Named {
  /** Whose SHA-256 it is. */
  readonly crypto: Crypto
  readonly hash: Hash
}

/** A signed transaction is an array of two: one byte, the transaction, the signature behind a head of two bytes. */
const PAIR_BYTES = 1
const SIGNATURE_BYTES = 2 + 64

const names = beside<Named>('name')

/** The canonical bytes of a signed transaction; not to be written to. Throws `EncodingError`. */
export function encodeTransaction(signed: SignedTransaction): Uint8Array {
  return signedTransactionCodec.bytesOf(signed)
}

/** The part of them that is signed. */
export function encodeUnsigned(signed: SignedTransaction): Uint8Array {
  return encodeTransaction(signed).subarray(PAIR_BYTES, -SIGNATURE_BYTES)
}

/** What a submitter asks for its receipt by. */
export function hashTransaction(signed: SignedTransaction, crypto: Crypto): Hash {
  return nameOf(signed, crypto, () => encodeTransaction(signed))
}

/** The name of a block: its header commits to everything in it. */
export function hashHeader(header: Header, crypto: Crypto): Hash {
  return nameOf(header, crypto, () => encodeAs(headerCodec, header))
}

function nameOf(value: SignedTransaction | Header, crypto: Crypto, bytes: () => Uint8Array): Hash {
  const known = names.of(value)
  if (known?.crypto === crypto) return known.hash
  const hash = hashOf(crypto, bytes())
  names.put(value, { crypto, hash })
  return hash
}

/** What a block's transaction root is over: the canonical bytes of [signed transaction, result]. */
export function transactionLeaf(signed: SignedTransaction, result: ResultCode): Uint8Array {
  return concat([PAIR, encodeTransaction(signed), encodeAs(resultCodec, result)])
}

/** How dag-cbor begins an array of two. */
const PAIR = Uint8Array.of(0x82)
