/** Contents, manifests and sinks in memory, for the tests of transfers. */
import { concat } from 'uint8arrays/concat'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import type { PullSink } from '../../../node/transfer/index.ts'
import type { MachineContent } from '../../../node/vmm/index.ts'
import {
  BLOCK_BYTES,
  blocksOf,
  type ContentManifest,
  HASH_BYTES,
  leafHash,
  PAGE_BLOCKS,
  type PartManifest,
  type PartName,
  type PartShape,
  pagesOf,
  rootOfParts,
  treeRoot
} from '../../../protocols/blocks/index.ts'

export type Parts = ReadonlyMap<PartName, Uint8Array>

export function shapeOf(name: PartName, bytes: Uint8Array): PartShape {
  return { name, format: `${name}-test`, sizeBytes: bytes.byteLength }
}

export function contentOf(
  parts: Parts
): Pick<MachineContent, 'read'> & { readonly reads: string[] } {
  const reads: string[] = []
  return {
    reads,
    read: async (name, offset, length) => {
      reads.push(`${name} ${offset / BLOCK_BYTES} ${length}`)
      return (parts.get(name) ?? new Uint8Array()).slice(offset, offset + length)
    }
  }
}

export function manifestOf(parts: Parts, shape: typeof shapeOf = shapeOf): ContentManifest {
  const manifests = [...parts].map(([name, bytes]) => partManifest(shape(name, bytes), bytes))
  return {
    root: rootOfParts(nodeCrypto, manifests),
    parts: manifests,
    close: async () => undefined
  }
}

function partManifest(shape: PartShape, bytes: Uint8Array): PartManifest {
  const leaves = concat(
    Array.from({ length: blocksOf(shape) }, (_, at) =>
      leafHash(nodeCrypto, bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES))
    )
  )
  const page = (at: number): Uint8Array =>
    leaves.subarray(at * PAGE_BLOCKS * HASH_BYTES, (at + 1) * PAGE_BLOCKS * HASH_BYTES)
  const roots = concat(
    Array.from({ length: pagesOf(shape) }, (_, at) => treeRoot(nodeCrypto, page(at)))
  )
  return {
    shape,
    root: treeRoot(nodeCrypto, roots),
    pages: pagesOf(shape),
    pageRoots: async (first, count) =>
      roots.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES),
    leaves: async at => page(at)
  }
}

/** Begins as the base, or as zeros. */
export function sinkOf(
  shapes: readonly PartShape[],
  base: Parts = new Map()
): PullSink & { readonly parts: Parts; readonly written: string[] } {
  const written: string[] = []
  const parts = new Map(
    shapes.map(({ name, sizeBytes }) => {
      const bytes = new Uint8Array(sizeBytes)
      bytes.set((base.get(name) ?? bytes).subarray(0, sizeBytes))
      return [name, bytes] as const
    })
  )
  const place = (name: PartName): Uint8Array => parts.get(name) ?? new Uint8Array()
  return {
    parts,
    written,
    write: async (name, offset, bytes) => {
      written.push(`${name} ${offset / BLOCK_BYTES} ${bytes.byteLength}`)
      place(name).set(bytes, offset)
    },
    zero: async (name, offset, length) => {
      written.push(`${name} ${offset / BLOCK_BYTES} zero ${length}`)
      place(name).fill(0, offset, offset + length)
    },
    door: async () => undefined,
    read: async (name, offset, length) => place(name).slice(offset, offset + length)
  }
}
