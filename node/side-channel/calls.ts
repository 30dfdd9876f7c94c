/** What the main thread asks of the thread that moves blocks, and what it answers. */
import type { BlockRange, PartName, PartShape, SideOffer } from '../../protocols/blocks/index.ts'
import type { Door } from '../vmm/index.ts'

/** The doors of those parts that have one. */
export type Doors = Readonly<Partial<Record<PartName, Door>>>

export interface ServeWish {
  /** Where to listen; port 0 takes any. Heeded by the first wish. */
  readonly host: string
  readonly port: number
  readonly parts: readonly PartShape[]
  readonly doors: Doors
}

export interface ConnectWish {
  readonly host: string
  readonly offer: SideOffer
}

export interface FetchWish {
  readonly line: string
  /** To the part that the blocks belong to. */
  readonly door: Door
  readonly shape: PartShape
  readonly ranges: readonly BlockRange[]
  /** 32 bytes for each block of the ranges. */
  readonly leaves: Uint8Array
}

export interface Calls {
  /** Serves these parts to whoever connects with the key of the offer, once. */
  serve: [ServeWish, SideOffer]
  /** Nothing is served under that offer any more, and its doors are closed. */
  withdraw: [{ identity: string }, null]
  /** A line to an origin. */
  connect: [ConnectWish, { line: string }]
  /** Blocks are here, checked and written; they were on their way for `ms` milliseconds. */
  fetch: [FetchWish, { ms: number }]
  /** Ends a line. Nothing is written any more when this is answered. */
  hangUp: [{ line: string }, null]
}

export type CallName = keyof Calls

export type Question = { readonly [K in CallName]: Asked<K> }[CallName]

interface Asked<K extends CallName> {
  readonly id: number
  readonly call: K
  readonly input: Calls[K][0]
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  /** `mismatch`: bytes came that are not what their leaf speaks of. `lost`: anything else. */
  | { readonly id: number; readonly error: 'mismatch' | 'lost'; readonly message: string }
