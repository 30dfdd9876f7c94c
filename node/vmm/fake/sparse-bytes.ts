import { CONTENT_BLOCK_BYTES } from '../vmm.ts'

/** A disk of fixed size of which only the written blocks take room. */
export class SparseBytes {
  readonly sizeBytes: number
  readonly blocks: Map<number, Uint8Array>

  constructor(sizeBytes: number, blocks: Map<number, Uint8Array> = new Map()) {
    this.sizeBytes = sizeBytes
    this.blocks = blocks
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
    })
  }

  extents(): readonly { readonly offset: number; readonly length: number }[] {
    const indices = [...this.blocks.keys()].sort((a, b) => a - b)
    return indices.map(index => {
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
