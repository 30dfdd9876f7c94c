/**
 * Reads a disk in layers straight from their files, without a program in between (QEMU, docs/interop/qcow2.txt): for
 * disks at rest only, as nobody tells us when one is written. What we cannot read so is refused when it is opened.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** A layer's file; raw is an image's disk, at the bottom. */
export interface LayerFile {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
}

const MAGIC = 0x514649fb
const HEADER_BYTES = 104
/** All that may stand among the incompatible features: a disk that was not closed well, and subclusters. */
const DIRTY = 1n
const EXTENDED_L2 = 1n << 4n
/** Bits 9 to 55 of an entry are the place in the file. */
const OFFSET_MASK = 0x00fffffffffffe00n
const COMPRESSED = 1n << 62n
const ZERO_CLUSTER = 1n
const SUBCLUSTERS = 32
/** Tables held at once, of 128 KiB for each GiB of a disk of ours. */
const TABLES_MAX = 64

/** Bytes [offset, offset + length) of a file; `undefined` are zeros, `below` is what the next layer has. */
type Place = { readonly at: number } | 'zero' | 'below'

/** A piece of a layer of which all lies in one place. */
interface Piece {
  readonly length: number
  readonly place: Place
}

interface Layer {
  readonly sizeBytes: number
  /** The piece that begins at an offset within `sizeBytes`. */
  pieceAt(offset: number): Piece
  readonly file: number
}

/** The disk that its layers make, the top first. Every call blocks the thread. */
export class LayeredDisk {
  readonly #layers: readonly Layer[]

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers
  }

  /** Throws for files that must be read by QEMU: compressed or encrypted ones, or with their data elsewhere. */
  static open(files: readonly LayerFile[]): LayeredDisk {
    const opened: number[] = []
    try {
      const layers = files.map(({ path, format }) => {
        const file = openSync(path, 'r')
        opened.push(file)
        return format === 'raw' ? rawLayer(file) : qcow2Layer(file)
      })
      return new LayeredDisk(layers)
    } catch (error) {
      for (const file of opened) closeSync(file)
      throw error
    }
  }

  /** Fills `into` with what a guest would read from `offset` on. */
  read(offset: number, into: Uint8Array): void {
    this.#read(0, offset, into)
  }

  close(): void {
    for (const { file } of this.#layers) closeSync(file)
  }

  #read(depth: number, offset: number, into: Uint8Array): void {
    const layer = this.#layers[depth]
    for (let done = 0; done < into.byteLength; ) {
      const left = into.byteLength - done
      const from = offset + done
      // Below the last layer, and behind the end of a shorter one, are zeros.
      const piece =
        layer === undefined || from >= layer.sizeBytes
          ? { length: left, place: 'zero' as const }
          : layer.pieceAt(from)
      const end = Math.min(left, piece.length, layer ? boundOf(layer, from) : left)
      this.#take(depth, piece.place, from, into.subarray(done, done + end))
      done += end
    }
  }

  #take(depth: number, place: Place, offset: number, into: Uint8Array): void {
    const layer = this.#layers[depth]
    if (place === 'zero' || layer === undefined) into.fill(0)
    else if (place === 'below') this.#read(depth + 1, offset, into)
    else readPadded(layer.file, place.at, into)
  }
}

/** How many bytes from there on the layer speaks of. */
function boundOf({ sizeBytes }: Layer, offset: number): number {
  return offset < sizeBytes ? sizeBytes - offset : Infinity
}

function rawLayer(file: number): Layer {
  const sizeBytes = fstatSync(file).size
  return {
    file,
    sizeBytes,
    pieceAt: offset => ({ length: sizeBytes - offset, place: { at: offset } })
  }
}

function qcow2Layer(file: number): Layer {
  const header = Buffer.alloc(HEADER_BYTES)
  readPadded(file, 0, header)
  const features = header.readBigUInt64BE(72)
  const isOurs = header.readUInt32BE(0) === MAGIC && header.readUInt32BE(4) === 3
  const isPlain = header.readUInt32BE(32) === 0 && (features & ~(DIRTY | EXTENDED_L2)) === 0n
  if (!isOurs || !isPlain) throw new Error('The disk has features that only QEMU reads.')
  const clusterBytes = 2 ** header.readUInt32BE(20)
  const hasSubclusters = (features & EXTENDED_L2) !== 0n
  const tables = new Tables(file, {
    clusterBytes,
    entryBytes: hasSubclusters ? 16 : 8,
    first: Number(header.readBigUInt64BE(40)),
    count: header.readUInt32BE(36)
  })
  return {
    file,
    sizeBytes: Number(header.readBigUInt64BE(24)),
    pieceAt: offset => {
      const within = offset % clusterBytes
      const entry = tables.entry(Math.floor(offset / clusterBytes))
      if (entry === undefined) return { length: clusterBytes - within, place: 'below' }
      return hasSubclusters
        ? subclusterPiece(entry, within, clusterBytes / SUBCLUSTERS)
        : { length: clusterBytes - within, place: clusterPlace(entry, within) }
    }
  }
}

interface Entry {
  readonly word: bigint
  /** Of extended entries: which subclusters are there, and which are zeros. */
  readonly there: number
  readonly zeros: number
}

function clusterPlace({ word }: Entry, within: number): Place {
  if ((word & ZERO_CLUSTER) !== 0n) return 'zero'
  const at = placeOf(word)
  return at === 0 ? 'below' : { at: at + within }
}

/** As many subclusters as are alike. */
function subclusterPiece(entry: Entry, within: number, subclusterBytes: number): Piece {
  const first = Math.floor(within / subclusterBytes)
  const kind = kindOf(entry, first)
  let end = first + 1
  while (end < SUBCLUSTERS && kindOf(entry, end) === kind) end += 1
  const length = end * subclusterBytes - within
  return { length, place: kind === 'data' ? { at: placeOf(entry.word) + within } : kind }
}

function kindOf({ there, zeros }: Entry, subcluster: number): 'data' | 'zero' | 'below' {
  if (((zeros >>> subcluster) & 1) === 1) return 'zero'
  return ((there >>> subcluster) & 1) === 1 ? 'data' : 'below'
}

function placeOf(word: bigint): number {
  if ((word & COMPRESSED) !== 0n) throw new Error('A compressed cluster is read by QEMU alone.')
  return Number(word & OFFSET_MASK)
}

interface TableShape {
  readonly clusterBytes: number
  readonly entryBytes: number
  /** Of the table of tables. */
  readonly first: number
  readonly count: number
}

/** The second level of tables, read when one is needed; the one that was used longest ago goes. */
class Tables {
  readonly #file: number
  readonly #shape: TableShape
  readonly #held = new Map<number, Buffer | null>()

  constructor(file: number, shape: TableShape) {
    this.#file = file
    this.#shape = shape
  }

  /** Undefined for a cluster of which the layer has nothing. */
  entry(cluster: number): Entry | undefined {
    const { clusterBytes, entryBytes } = this.#shape
    const entries = clusterBytes / entryBytes
    const table = this.#table(Math.floor(cluster / entries))
    if (table === null) return undefined
    const at = (cluster % entries) * entryBytes
    const isExtended = entryBytes === 16
    return {
      word: table.readBigUInt64BE(at),
      zeros: isExtended ? table.readUInt32BE(at + 8) : 0,
      there: isExtended ? table.readUInt32BE(at + 12) : 0
    }
  }

  #table(index: number): Buffer | null {
    const held = this.#held.get(index)
    const table = held === undefined ? this.#load(index) : held
    this.#held.delete(index)
    this.#held.set(index, table)
    const [oldest] = this.#held.keys()
    if (this.#held.size > TABLES_MAX && oldest !== undefined) this.#held.delete(oldest)
    return table
  }

  #load(index: number): Buffer | null {
    const { first, count, clusterBytes } = this.#shape
    if (index >= count) return null
    const word = Buffer.alloc(8)
    readPadded(this.#file, first + 8 * index, word)
    const at = Number(word.readBigUInt64BE(0) & OFFSET_MASK)
    if (at === 0) return null
    const table = Buffer.alloc(clusterBytes)
    readPadded(this.#file, at, table)
    return table
  }
}

/** What lies behind the end of the file is zero: its last cluster need not be whole. */
function readPadded(file: number, from: number, into: Uint8Array): void {
  for (let at = 0; at < into.byteLength; ) {
    const got = readSync(file, into, at, into.byteLength - at, from + at)
    if (got === 0) {
      into.fill(0, at)
      return
    }
    at += got
  }
}
