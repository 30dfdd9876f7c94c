import type { Extent } from '../../vmm.ts'
import { PAGE_BYTES } from './migration-reader.ts'

/** A set of pages by their offset, a bit for each: 2 MiB for a memory of 64 GiB. */
export class PageSet {
  #bits: Uint8Array

  /** Bit 0 of byte 0 is the first page. */
  constructor(bits: Uint8Array = new Uint8Array(0)) {
    this.#bits = bits
  }

  add(offset: number): void {
    const { at, bit } = placeOf(offset)
    if (at >= this.#bits.length) this.#grow(at + 1)
    this.#bits[at] = (this.#bits[at] ?? 0) | bit
  }

  remove(offset: number): void {
    const { at, bit } = placeOf(offset)
    if (at < this.#bits.length) this.#bits[at] = (this.#bits[at] ?? 0) & ~bit
  }

  has(offset: number): boolean {
    const { at, bit } = placeOf(offset)
    return ((this.#bits[at] ?? 0) & bit) !== 0
  }

  /** For all pages below an offset. */
  bits(end: number): Uint8Array {
    const bits = new Uint8Array(bitsLength(end))
    bits.set(this.#bits.subarray(0, bits.length))
    return bits
  }

  /** The pages of a range as extents, neighbours joined; both ends of the range are those of pages. */
  *extents(from: number, to: number): Generator<Extent, void, void> {
    for (let at = from; at < to; ) {
      if (!this.has(at)) {
        at += PAGE_BYTES
        continue
      }
      const offset = at
      while (at < to && this.has(at)) at += PAGE_BYTES
      yield { offset, length: at - offset }
    }
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, 2 * this.#bits.length, 4096))
    grown.set(this.#bits)
    this.#bits = grown
  }
}

/** Bytes of the bits of all pages below an offset. */
export function bitsLength(end: number): number {
  return Math.ceil(end / PAGE_BYTES / 8)
}

function placeOf(offset: number): { readonly at: number; readonly bit: number } {
  const page = Math.floor(offset / PAGE_BYTES)
  return { at: Math.floor(page / 8), bit: 1 << (page % 8) }
}
