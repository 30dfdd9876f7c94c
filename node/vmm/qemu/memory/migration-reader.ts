/**
 * Takes QEMU's migration stream apart (QEMU, docs/devel/migration.rst; migration/savevm.c, migration/ram.c of 7.2):
 *
 *     header --> section --configuration--> section
 *                section --start, part, end of "ram"--> ram --pages--> ram --end of section--> footer --> section
 *                                                       ram --sizes--> blocks --> ram         footer --after the end--> tail
 *
 * Everything before the first page is the head, everything behind the last section of the memory the tail; both are kept
 * as they are. Whatever is not known here throws `UnknownStream`: nothing of a stream is guessed. All numbers are
 * big-endian.
 */

/** The stream is none that this reader knows; whoever has it must keep it as it is. */
export class UnknownStream extends Error {
  override readonly name: string = 'UnknownStream'
}

export const PAGE_BYTES: number = 4096

/** Parts are laid out on the grid of content blocks. */
const ALIGN_BYTES = 16_384

/** One piece of guest-visible or device memory. */
export interface RamBlock {
  /** QEMU's name for it: `pc.ram`. */
  readonly id: string
  readonly sizeBytes: number
  /** Where its first byte lies when all of them lie one behind the other. */
  readonly offset: number
}

/** A page by its place among all blocks; `bytes` is missing for a page of zeros. */
export interface MemoryPage {
  readonly offset: number
  readonly bytes: Uint8Array | undefined
}

/** What the stream holds besides pages. */
export interface StreamFrame {
  readonly head: Buffer
  readonly tail: Buffer
  readonly sectionId: number
  readonly blocks: readonly RamBlock[]
  /** Of all blocks as they lie one behind the other. */
  readonly ramBytes: number
}

export const SECTION_END: number = 3
export const SECTION_FOOTER: number = 0x7e
export const FLAGS = { zero: 0x02, sizes: 0x04, page: 0x08, end: 0x10, again: 0x20 } as const

const MAGIC = 0x5145564d
const VERSION = 3
const SECTIONS = { start: 1, part: 2, end: SECTION_END, configuration: 7 } as const
const RAM_VERSION = 4

/** A machine of ours has about ten. */
const BLOCKS_MAX = 64
const NAME_MAX_BYTES = 255
/** Devices' states take some hundred KiB; the head is smaller still. */
const REST_MAX_BYTES = 64 * 2 ** 20

type Phase = 'header' | 'section' | 'ram' | 'blocks' | 'footer' | 'tail'

export class MigrationReader {
  readonly #blocks: RamBlock[] = []
  readonly #head: Buffer[] = []
  readonly #tail: Buffer[] = []
  readonly #ramMaxBytes: number
  #phase: Phase = 'header'
  /** Kind of the section that is being read. */
  #section: number = SECTIONS.start
  #sectionId: number | undefined
  /** Bytes of blocks that the list has not named yet. */
  #unnamed = 0
  #block: RamBlock | undefined
  #ramBytes = 0
  #restBytes = 0
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(ramMaxBytes: number) {
    this.#ramMaxBytes = ramMaxBytes
  }

  /** The pages that the next bytes complete. They are views into the bytes. */
  *push(chunk: Buffer): Generator<MemoryPage, void, void> {
    this.#buffer =
      this.#at === this.#buffer.length
        ? chunk
        : Buffer.concat([this.#buffer.subarray(this.#at), chunk])
    this.#at = 0
    while (this.#at < this.#buffer.length) {
      const before = this.#at
      const page = this.#step()
      if (page !== undefined) yield page
      if (this.#at === before) return
    }
  }

  /** What is known when every byte before the first page has been pushed. */
  get isLaidOut(): boolean {
    return this.#sectionId !== undefined && this.#blocks.length > 0 && this.#phase === 'section'
  }

  /** Throws when the stream broke off within the memory. */
  end(): StreamFrame {
    if (this.#phase !== 'tail') throw new Error('The migration stream ends within the memory.')
    return this.frame()
  }

  frame(): StreamFrame {
    return {
      head: Buffer.concat(this.#head),
      tail: Buffer.concat(this.#tail),
      sectionId: this.#sectionId ?? 0,
      blocks: this.#blocks,
      ramBytes: this.#ramBytes
    }
  }

  /** Takes one item off the buffer, if all of it is there. */
  #step(): MemoryPage | undefined {
    switch (this.#phase) {
      case 'header':
        return this.#header()
      case 'section':
        return this.#sectionHeader()
      case 'ram':
        return this.#record()
      case 'blocks':
        return this.#blockName()
      case 'footer':
        return this.#footer()
      case 'tail':
        this.#keep(this.#tail, this.#buffer.length - this.#at)
        return undefined
    }
  }

  #header(): undefined {
    if (!this.#has(8)) return
    const isKnown = this.#u32(0) === MAGIC && this.#u32(4) === VERSION
    if (!isKnown) throw this.#unknown(`it begins with ${this.#u32(0)}, ${this.#u32(4)}`)
    this.#keep(this.#head, 8)
    this.#phase = 'section'
  }

  #sectionHeader(): undefined {
    if (!this.#has(6)) return
    const kind = this.#u8(0)
    if (kind === SECTIONS.start) return this.#start()
    if (kind === SECTIONS.configuration) return this.#configuration()
    const isRam = this.#u32(1) === this.#sectionId
    if ((kind !== SECTIONS.part && kind !== SECTIONS.end) || !isRam) {
      throw this.#unknown(`section of kind ${kind} before the end of the memory`)
    }
    this.#at += 5
    this.#section = kind
    this.#phase = 'ram'
  }

  #configuration(): undefined {
    const length = this.#u32(1)
    if (length > NAME_MAX_BYTES) throw this.#unknown(`machine type of ${length} bytes`)
    if (!this.#has(5 + length + 1)) return
    if (this.#u8(5 + length) === SUBSECTION) throw this.#unknown('configuration with subsections')
    this.#keep(this.#head, 5 + length)
  }

  #start(): undefined {
    const nameLength = this.#u8(5)
    if (!this.#has(14 + nameLength)) return
    const name = this.#text(6, nameLength)
    const version = this.#u32(10 + nameLength)
    if (name !== 'ram' || version !== RAM_VERSION || this.#sectionId !== undefined) {
      throw this.#unknown(`section "${name}" of version ${version} begins`)
    }
    this.#sectionId = this.#u32(1)
    this.#section = SECTIONS.start
    this.#keep(this.#head, 14 + nameLength)
    this.#phase = 'ram'
  }

  #record(): MemoryPage | undefined {
    if (!this.#has(8)) return undefined
    const low = this.#u32(4)
    const flags = low % PAGE_BYTES
    const address = this.#u32(0) * 2 ** 32 + (low - flags)
    if (this.#section !== SECTIONS.start) return this.#page(flags, address)
    if (flags === FLAGS.sizes && this.#blocks.length === 0) {
      if (address === 0 || address > this.#ramMaxBytes)
        throw this.#unknown(`${address} bytes of memory`)
      this.#unnamed = address
      this.#keep(this.#head, 8)
      this.#phase = 'blocks'
      return undefined
    }
    if (flags !== FLAGS.end || address !== 0)
      throw this.#unknown(`flags ${flags} in the list of blocks`)
    this.#keep(this.#head, 8)
    this.#phase = 'footer'
    return undefined
  }

  #blockName(): undefined {
    const nameLength = this.#u8(0)
    if (!this.#has(9 + nameLength)) return
    const sizeBytes = this.#u32(1 + nameLength) * 2 ** 32 + this.#u32(5 + nameLength)
    const isWhole = sizeBytes > 0 && sizeBytes % PAGE_BYTES === 0 && sizeBytes <= this.#unnamed
    if (!isWhole || this.#blocks.length === BLOCKS_MAX) {
      throw this.#unknown(`block of ${sizeBytes} of ${this.#unnamed} bytes`)
    }
    const id = this.#text(1, nameLength)
    if (this.#blocks.some(block => block.id === id)) throw this.#unknown(`two blocks ${id}`)
    this.#blocks.push({ id, sizeBytes, offset: this.#ramBytes })
    this.#ramBytes += Math.ceil(sizeBytes / ALIGN_BYTES) * ALIGN_BYTES
    this.#unnamed -= sizeBytes
    this.#keep(this.#head, 9 + nameLength)
    if (this.#unnamed === 0) this.#phase = 'ram'
  }

  #page(flags: number, address: number): MemoryPage | undefined {
    if (flags === FLAGS.end && address === 0) {
      this.#at += 8
      this.#phase = 'footer'
      return undefined
    }
    const kind = flags % FLAGS.again
    const isAgain = flags - kind === FLAGS.again
    if ((!isAgain && flags !== kind) || (kind !== FLAGS.page && kind !== FLAGS.zero)) {
      throw this.#unknown(`page with flags ${flags}`)
    }
    if (!this.#has(9)) return undefined
    const nameLength = isAgain ? 0 : 1 + this.#u8(8)
    const bodyAt = 8 + nameLength
    const bodyLength = kind === FLAGS.page ? PAGE_BYTES : 1
    if (!this.#has(bodyAt + bodyLength)) return undefined
    const block = isAgain ? this.#block : this.#named(this.#text(9, nameLength - 1))
    if (block === undefined || address >= block.sizeBytes) {
      throw this.#unknown(`page at ${address} of block ${block?.id ?? 'none'}`)
    }
    if (kind === FLAGS.zero && this.#u8(bodyAt) !== 0) throw this.#unknown('page of one byte')
    const from = this.#at + bodyAt
    const bytes = kind === FLAGS.zero ? undefined : this.#buffer.subarray(from, from + PAGE_BYTES)
    this.#block = block
    this.#at = from + bodyLength
    return { offset: block.offset + address, bytes }
  }

  #named(id: string): RamBlock | undefined {
    return this.#block?.id === id ? this.#block : this.#blocks.find(block => block.id === id)
  }

  #footer(): undefined {
    if (!this.#has(5)) return
    if (this.#u8(0) !== SECTION_FOOTER || this.#u32(1) !== this.#sectionId) {
      throw this.#unknown('section without its footer')
    }
    if (this.#section === SECTIONS.start) this.#keep(this.#head, 5)
    else this.#at += 5
    this.#phase = this.#section === SECTIONS.end ? 'tail' : 'section'
  }

  /** Copied: what is pushed is not ours to keep. */
  #keep(into: Buffer[], length: number): void {
    this.#restBytes += length
    if (this.#restBytes > REST_MAX_BYTES)
      throw this.#unknown(`${this.#restBytes} bytes beside pages`)
    into.push(Buffer.from(this.#buffer.subarray(this.#at, this.#at + length)))
    this.#at += length
  }

  #has(length: number): boolean {
    return this.#buffer.length - this.#at >= length
  }

  #u8(at: number): number {
    return this.#buffer.readUInt8(this.#at + at)
  }

  #u32(at: number): number {
    return this.#buffer.readUInt32BE(this.#at + at)
  }

  #text(at: number, length: number): string {
    return this.#buffer.toString('latin1', this.#at + at, this.#at + at + length)
  }

  #unknown(what: string): UnknownStream {
    return new UnknownStream(`This migration stream is not known: ${what}.`)
  }
}

const SUBSECTION = 5
