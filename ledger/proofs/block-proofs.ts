/** Proofs over what a header commits to besides the state: the block's transactions, and all headers before it. */
import type { Crypto } from '../crypto/index.ts'
import { type Codec, fields, fromHex, list, record, resultCodec, toHex } from '../encoding/index.ts'
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  isIncluded,
  leafHash
} from '../merkle/index.ts'
import type { Block, Hash, Header, ResultCode, SignedTransaction } from '../records/index.ts'
import { hashHeader, transactionLeaf } from '../statements/index.ts'

/** A tree of as many leaves as there are safe integers is so deep. */
const PATH_MAX = 53

/** What became of a transaction in a block, and the way from there to the block's transaction root. */
export interface TransactionProof {
  /** Its place in the block. */
  readonly index: number
  /** Transactions of the block. */
  readonly size: number
  readonly result: ResultCode
  readonly path: readonly Hash[]
}

const pathCodec: Codec<readonly Hash[]> = list(fields.hash, PATH_MAX)

export const transactionProofCodec: Codec<TransactionProof> = record({
  index: fields.counter,
  size: fields.counter,
  result: resultCodec,
  path: pathCodec
})

export function proveTransaction(block: Block, index: number, crypto: Crypto): TransactionProof {
  const leaves = block.transactions.map((signed, at) =>
    leafHash(crypto, transactionLeaf(signed, block.results[at] ?? null))
  )
  const path = inclusionPath(leaves, index, crypto).map(toHex)
  return { index, size: leaves.length, result: block.results[index] ?? null, path }
}

/** Whether the block of `header` holds the transaction with the result that the proof says. */
export function isTransactionIn(
  header: Header,
  signed: SignedTransaction,
  { index, size, result, path }: TransactionProof,
  crypto: Crypto
): boolean {
  const leaf = leafHash(crypto, transactionLeaf(signed, result))
  return isIncluded(
    leaf,
    { index, size },
    path.map(fromHex),
    fromHex(header.transactionRoot),
    crypto
  )
}

/** The way from the header at `height` to the log root of the one behind `headers`, hashes from height 1 on. */
export function proveHeader(
  headers: readonly Hash[],
  height: number,
  crypto: Crypto
): readonly Hash[] {
  return inclusionPath(logLeaves(headers, crypto), height - 1, crypto).map(toHex)
}

/** Whether `header` is one of those before `head`. */
export function isHeaderBefore(
  head: Header,
  header: Header,
  path: readonly Hash[],
  crypto: Crypto
): boolean {
  const leaf = leafHash(crypto, fromHex(hashHeader(header, crypto)))
  const place = { index: header.height - 1, size: head.height - 1 }
  return isIncluded(leaf, place, path.map(fromHex), fromHex(head.logRoot), crypto)
}

/** The way from the log root of the header at `height` to that of the one behind `headers`. */
export function proveHistory(
  headers: readonly Hash[],
  height: number,
  crypto: Crypto
): readonly Hash[] {
  return consistencyPath(logLeaves(headers, crypto), height - 1, crypto).map(toHex)
}

/** Whether all that was the history of `older` is still that of `newer`. */
export function isSameHistory(
  older: Header,
  newer: Header,
  path: readonly Hash[],
  crypto: Crypto
): boolean {
  const [from, to] = [older, newer].map(header => ({
    size: header.height - 1,
    root: fromHex(header.logRoot)
  }))
  if (from === undefined || to === undefined) return false
  return isConsistent(from, to, path.map(fromHex), crypto)
}

function logLeaves(headers: readonly Hash[], crypto: Crypto): Uint8Array[] {
  return headers.map(hash => leafHash(crypto, fromHex(hash)))
}
