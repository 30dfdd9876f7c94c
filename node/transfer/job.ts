import type { Crypto, Hash } from '../../ledger/index.ts'
import type { Outline, PartName } from '../../protocols/blocks/index.ts'
import type { PageRoots } from './checked-pages.ts'
import type { LinkMeter } from './link-meter.ts'
import type { Base, Method } from './methods.ts'
import type { ProgressMeter } from './progress.ts'
import type { Throttle } from './throttle.ts'

/** Where the bytes go. It begins as the base, or as zeros. */
export interface PullSink {
  write(part: PartName, offset: number, bytes: Uint8Array): Promise<void>
  /** Makes these bytes zero, whatever the base has there. */
  zero(part: PartName, offset: number, length: number): Promise<void>
  read(part: PartName, offset: number, length: number): Promise<Uint8Array>
}

/** What one content is pulled with. */
export interface PullJob {
  readonly crypto: Crypto
  readonly outline: Outline
  /** Root on the ledger: everything that comes is checked against it, block by block, as it comes. */
  readonly root: Hash
  /** Those that have been asked for already. */
  readonly pageRoots?: PageRoots
  readonly method: Method
  readonly base: Base | undefined
  readonly sink: PullSink
  /** Takes the hashes of every page, for the manifest of what arrives. */
  readonly manifest: {
    page(part: PartName, page: number, leaves: Uint8Array): Promise<void>
  }
  /** Some of it may be here already, from an attempt that was interrupted: look before asking. */
  readonly resumed: boolean
  readonly meter: ProgressMeter
  readonly link: LinkMeter
  readonly throttle: Throttle
  readonly signal: AbortSignal
  readonly onProgress: () => void
}
