import { CONTENT_BLOCK_BYTES, type Extent } from '../vmm.ts'

/** A disk of fixed size of which only the written blocks take room. */
export class SparseBytes {
  readonly sizeBytes: number
  readonly blocks: Map<number, Uint8Array>
  /** Blocks written since it was last cleared. */
  readonly dirty: Set<number>

  constructor(
    sizeBytes: number,
    blocks: Map<number, Uint8Array> = new Map(),
    dirty: Set<number> = new Set()
  ) {
    this.sizeBytes = sizeBytes
    this.blocks = blocks
    this.dirty = dirty
  }

  read(offset: number, length: number): Uint8Array {
    const result = new Uint8Array(length)
    forEachBlock(offset, length, (index, from, to, at) => {
      const block = this.blocks.get(index)
      if (block !== undefined) result.set(block.subarray(from, to), at)
    })
    return result
  }

  write(offset: number, bytes: Uint8Array): void {
    forEachBlock(offset, bytes.length, (index, from, to, at) => {
      const block = this.blocks.get(index) ?? new Uint8Array(CONTENT_BLOCK_BYTES)
      block.set(bytes.subarray(at, at + to - from), from)
      this.blocks.set(index, block)
      this.dirty.add(index)
    })
  }

  zero(offset: number, length: number): void {
    forEachBlock(offset, length, (index, from, to) => {
      if (to - from === CONTENT_BLOCK_BYTES) this.blocks.delete(index)
      else this.blocks.get(index)?.fill(0, from, to)
      this.dirty.add(index)
    })
  }

  /** Another disk of this size with the same bytes. */
  copy(sizeBytes: number = this.sizeBytes): SparseBytes {
    const copied = new SparseBytes(sizeBytes)
    for (const { offset, length } of this.extents()) {
      const there = Math.min(length, sizeBytes - offset)
      if (there > 0) copied.write(offset, this.read(offset, there))
    }
    return copied
  }

  extents(): readonly Extent[] {
    return this.#extentsOf(this.blocks.keys())
  }

  changed(): readonly Extent[] {
    return this.#extentsOf(this.dirty)
  }

  #extentsOf(found: Iterable<number>): readonly Extent[] {
    return [...found]
      .sort((a, b) => a - b)
      .map(index => {
        const offset = index * CONTENT_BLOCK_BYTES
        return { offset, length: Math.min(CONTENT_BLOCK_BYTES, this.sizeBytes - offset) }
      })
  }
}

type Visit = (index: number, from: number, to: number, at: number) => void

function forEachBlock(offset: number, length: number, visit: Visit): void {
  for (let at = 0; at < length; ) {
    const index = Math.floor((offset + at) / CONTENT_BLOCK_BYTES)
    const from = offset + at - index * CONTENT_BLOCK_BYTES
    const to = Math.min(CONTENT_BLOCK_BYTES, from + length - at)
    visit(index, from, to, at)
    at += to - from
  }
}
