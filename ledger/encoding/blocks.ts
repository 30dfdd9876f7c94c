/** How blocks, votes and certificates look in bytes. The order of fields is part of the format. */
import {
  type Block,
  type Certificate,
  type CertifiedBlock,
  type CertifiedHeader,
  type Header,
  REJECTION_CODES,
  type ResultCode
} from '../records/index.ts'
import { type Codec, choice, list, nullable, record } from './codec.ts'
import { coordinatorsCodec, MEMBERS_MAX } from './election.ts'
import { counter, hash, integer } from './fields.ts'
import type { Limits } from './scan.ts'
import { signedTransactionCodec } from './transactions.ts'
import { votesCodec } from './votes.ts'

/** Transactions of one block: about 100 ms of signature checks at 10,000 a second. */
export const BLOCK_TRANSACTIONS_MAX = 1_000
/** Bytes of all transactions of one block: one block in flight fits a libp2p stream's window. */
export const BLOCK_TRANSACTION_BYTES_MAX = 1_048_576

/**
 * Headers between a block and its certificate, so blocks that may wait for finality one on the other: twice what
 * gathers in a second of outage at 60 blocks a second.
 */
export const DESCENT_MAX = 128

/** A block with its certificate: the transactions, and room for header, result codes, votes and descent. */
export const BLOCK_LIMITS: Limits = {
  bytesMax: BLOCK_TRANSACTION_BYTES_MAX + 65_536,
  depthMax: 16,
  valuesMax: 1_048_576
}

export const headerCodec: Codec<Header> = record({
  epoch: counter,
  height: counter,
  view: counter,
  parent: hash,
  timeMs: counter,
  transactionRoot: hash,
  stateRoot: hash,
  logRoot: hash,
  setHash: hash,
  parentVotes: integer(0, 2 ** MEMBERS_MAX - 1),
  nextSet: nullable(coordinatorsCodec)
})

export const resultCodec: Codec<ResultCode> = nullable(choice(REJECTION_CODES))

/** Decode with `BLOCK_LIMITS`. */
export const blockCodec: Codec<Block> = record({
  header: headerCodec,
  transactions: list(signedTransactionCodec, BLOCK_TRANSACTIONS_MAX),
  results: list(resultCodec, BLOCK_TRANSACTIONS_MAX)
})

export const certificateCodec: Codec<Certificate> = record({
  kind: choice(['finalize']),
  epoch: counter,
  view: counter,
  block: hash,
  votes: votesCodec
})

/** Decode with `BLOCK_LIMITS`. */
export const certifiedBlockCodec: Codec<CertifiedBlock> = record({
  block: blockCodec,
  certificate: certificateCodec,
  descent: list(headerCodec, DESCENT_MAX)
})

/** Decode with `BLOCK_LIMITS`. */
export const certifiedHeaderCodec: Codec<CertifiedHeader> = record({
  header: headerCodec,
  certificate: certificateCodec,
  descent: list(headerCodec, DESCENT_MAX)
})
