import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from 'uint8arrays/concat'
import { toHex } from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import {
  BLOCK_BYTES,
  hashAt,
  leafHash,
  PAGE_BLOCKS,
  type PartShape,
  pageBlocks,
  pagesOf,
  partHasher,
  treeRoot,
  ZeroHashes
} from '../../protocols/blocks/index.ts'

const crypto = nodeCrypto
const zeros = new ZeroHashes(crypto)

function disk(sizeBytes: number): PartShape {
  return { name: 'disk', format: 'disk-raw', sizeBytes }
}

/** The root as the ledger has it, block by block, and the root over pages. */
function bothRoots(shape: PartShape): { byBlocks: Uint8Array; byPages: Uint8Array } {
  const hasher = partHasher(crypto, shape)
  const pageRoots = []
  for (let page = 0; page < pagesOf(shape); page++) {
    const leaves = []
    for (let at = 0; at < pageBlocks(shape, page); at++) {
      const index = page * PAGE_BLOCKS + at
      const length = Math.min(BLOCK_BYTES, shape.sizeBytes - index * BLOCK_BYTES)
      const block = new Uint8Array(length).fill(index % 251)
      hasher.add(block)
      leaves.push(leafHash(crypto, block))
    }
    pageRoots.push(treeRoot(crypto, concat(leaves)))
  }
  return { byBlocks: hasher.root(), byPages: treeRoot(crypto, concat(pageRoots)) }
}

const SIZES = [0, 1, 255, 256, 257, 511, 512, 513, 767, 768, 1025, 2048 + 5]

for (const blocks of SIZES) {
  test(`the root over the pages of ${blocks} blocks is the root over the blocks`, () => {
    const shape = disk(Math.max(0, blocks * BLOCK_BYTES - (blocks === 0 ? 0 : 100)))
    const { byBlocks, byPages } = bothRoots(shape)
    assert.equal(toHex(byPages), toHex(byBlocks))
  })
}

test('zeros are known by their hashes: a block, a short block and a page', () => {
  const shape = disk(BLOCK_BYTES + 7)
  assert.equal(toHex(zeros.leafOf(shape, 0)), toHex(leafHash(crypto, new Uint8Array(BLOCK_BYTES))))
  assert.equal(toHex(zeros.leafOf(shape, 1)), toHex(leafHash(crypto, new Uint8Array(7))))
  const page = disk(PAGE_BLOCKS * BLOCK_BYTES)
  const hasher = partHasher(crypto, page)
  hasher.addZeros(PAGE_BLOCKS)
  assert.equal(toHex(zeros.pageRoot), toHex(hasher.root()))
  assert.equal(toHex(hashAt(zeros.page, PAGE_BLOCKS - 1)), toHex(zeros.leaf))
})

test('a list that is not whole hashes is refused', () => {
  assert.throws(() => treeRoot(crypto, new Uint8Array(33)), RangeError)
})
