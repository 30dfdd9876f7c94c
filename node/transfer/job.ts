import type { Crypto, Hash } from '../../ledger/index.ts'
import type {
  BlockRange,
  BlocksSource,
  Outline,
  PartManifest,
  PartName,
  PartShape
} from '../../protocols/blocks/index.ts'
import type { Door } from '../vmm/index.ts'
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
  /** For another thread to write through; undefined where there is none. */
  door(part: PartName): Promise<Door | undefined>
}

export interface SideWish {
  readonly shape: PartShape
  readonly ranges: readonly BlockRange[]
  /** 32 bytes for each block. */
  readonly leaves: Uint8Array
  /** To where they are written. */
  readonly door: Door
}

/** Another way for blocks, beside the stream and much faster where the link is: see `../side-channel`. */
export interface SideWay {
  readonly isOpen: boolean
  /** Never rejects: where there is no side connection, the stream goes on. Once is enough until `close`. */
  open(source: Pick<BlocksSource, 'side'>): Promise<void>
  /**
   * When these blocks are checked and written: for how many milliseconds they were on their way. Undefined when they
   * must come by the stream. Throws `ContentMismatch`.
   */
  fetch(wish: SideWish): Promise<number | undefined>
  /** Nothing is written by it any more when this resolves; it can be opened again. Never rejects. */
  close(): Promise<void>
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
    /** Their root is known already. */
    page(part: PartName, page: number, leaves: Uint8Array, root: Uint8Array): Promise<void>
    /** Pages as the base has them, or whole pages of zeros where it has none. */
    reuse(part: PartName, pages: BlockRange, from: PartManifest | undefined): Promise<void>
  }
  /** Some of it may be here already, from an attempt that was interrupted: look before asking. */
  readonly resumed: boolean
  readonly meter: ProgressMeter
  readonly link: LinkMeter
  readonly throttle: Throttle
  readonly side?: SideWay | undefined
  readonly signal: AbortSignal
  readonly onProgress: () => void
}
