/** What the bench asks of a provider process, and what it answers; one JSON message each way. */
import type { Hash, PublicKey, Uuid } from '../../../ledger/index.ts'

export interface Calls {
  /** Starts the node part: QEMU driver, manifests, libp2p. */
  open: [{ dir: string }, { key: PublicKey; address: string; sidePort: number }]
  /** Puts the files of one version in a machine's place. */
  make: [{ uuid: Uuid; from: string }, null]
  /** Puts a stopped machine with a large, mostly empty disk in place. */
  makeSparse: [SparseWish, null]
  /** Hashes the machine, or finds that nothing has changed. */
  seal: [{ uuid: Uuid }, { root: Hash; seconds: number }]
  /** Forgets every manifest of the machine, so that it must be read again. */
  forget: [{ uuid: Uuid }, null]
  remove: [{ uuid: Uuid }, null]
  /** Moves it here. With `hash` this side must read its older copy first. */
  pull: [PullWish, PullResult]
  /** Since the last time. */
  usage: [null, Usage]
}

export interface SparseWish {
  readonly uuid: Uuid
  readonly diskMb: number
  /** MiB of random bytes, evenly over the disk. */
  readonly dataMb: number
  /** Of these: other ones than those that the seed gives. */
  readonly changedMb: number
}

export interface PullWish {
  readonly uuid: Uuid
  /** Of a machine that `makeSparse` made at the source; others have the shape of the workload. */
  readonly diskMb?: number
  readonly method: string
  readonly root: Hash
  readonly key: PublicKey
  readonly address: string
  /** In place of the one that the source offers. */
  readonly sidePort: number
  readonly hash: boolean
}

export interface PullResult {
  readonly seconds: number
  readonly bytesDone: number
  readonly bytesReused: number
  readonly bytesSent: number
}

export interface Usage {
  readonly cpuSeconds: number
  readonly rssMb: number
}

export type CallName = keyof Calls

export interface Question {
  readonly id: number
  readonly call: CallName
  readonly input: unknown
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
