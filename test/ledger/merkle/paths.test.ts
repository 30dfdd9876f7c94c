import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  consistencyPath,
  consistencyPathOn,
  fromHex,
  inclusionPath,
  isConsistent,
  isIncluded,
  leafHash,
  MerkleHasher,
  merkleRoot,
  toHex
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'

const SIZE_MAX = 20
const data = Array.from({ length: SIZE_MAX }, (_, at) => Uint8Array.of(at))
const leaves = data.map(each => leafHash(testCrypto, each))

function rootOf(size: number): Uint8Array {
  return merkleRoot(testCrypto, data.slice(0, size))
}

function flipped(path: readonly Uint8Array[], level: number): Uint8Array[] {
  return path.map((hash, at) =>
    at === level ? hash.map((byte, on) => (on === 0 ? byte ^ 1 : byte)) : hash
  )
}

test('the paths of the Certificate Transparency reference tests come out', () => {
  const reference = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f'
  ].map(hex => leafHash(testCrypto, fromHex(hex)))
  const path = inclusionPath(reference, 5, testCrypto).map(toHex)
  assert.deepEqual(path, [
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'
  ])
  const steps = consistencyPath(reference, 6, testCrypto).map(toHex)
  assert.deepEqual(steps, [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'
  ])
})

test('every leaf of every tree is proven, at its own place and under its own root only', () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const root = rootOf(size)
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? new Uint8Array()
      const path = inclusionPath(leaves.slice(0, size), index, testCrypto)
      const proves = (at: object, by = path, hash = leaf, under = root): boolean =>
        isIncluded(hash, { index, size, ...at }, by, under, testCrypto)
      assert.ok(proves({}), `leaf ${index} of ${size}`)
      assert.ok(!proves({ index: size }))
      assert.ok(!proves({ index: -1 }))
      assert.ok(!proves({}, [...path, root]))
      assert.ok(!proves({}, path, leafHash(testCrypto, Uint8Array.of(255))))
      assert.ok(!proves({}, path, leaf, rootOf(size - 1)))
      if (path.length > 0) assert.ok(!proves({}, path.slice(1)))
      for (let other = 0; other < size; other++) {
        assert.equal(
          proves({ index: other }),
          other === index,
          `leaf ${index} as ${other} of ${size}`
        )
      }
      for (const level of path.keys()) assert.ok(!proves({}, flipped(path, level)))
    }
  }
})

test('every tree is proven the beginning of every later one, and of no other', () => {
  for (let newer = 0; newer <= SIZE_MAX; newer++) {
    for (let older = 0; older <= newer; older++) {
      const path = consistencyPath(leaves.slice(0, newer), older, testCrypto)
      const from = { size: older, root: rootOf(older) }
      const to = { size: newer, root: rootOf(newer) }
      assert.ok(isConsistent(from, to, path, testCrypto), `${older} of ${newer}`)
      assert.ok(!isConsistent(from, to, [...path, to.root], testCrypto))
      const strange = { size: older, root: leaves[older] ?? rootOf(1) }
      assert.ok(!isConsistent(strange, to, path, testCrypto))
      for (const level of path.keys()) {
        assert.ok(!isConsistent(from, to, flipped(path, level), testCrypto))
      }
      if (path.length > 0) assert.ok(!isConsistent(from, to, path.slice(1), testCrypto))
      if (older < newer) assert.ok(!isConsistent(to, from, path, testCrypto))
    }
  }
})

test('a leaf or a beginning that is not there cannot be asked for', () => {
  assert.throws(() => inclusionPath(leaves, SIZE_MAX, testCrypto), /leaf 20 of a tree of 20/)
  assert.throws(() => consistencyPath(leaves, SIZE_MAX + 1, testCrypto), /first 21 leaves of 20/)
})

test('whoever keeps only the range of the old leaves finds the same path from each size to each other', () => {
  const hasher = new MerkleHasher(testCrypto)
  for (let old = 0; old <= SIZE_MAX; old++) {
    for (let size = old; size <= SIZE_MAX; size++) {
      assert.deepEqual(
        consistencyPathOn(hasher.range(), leaves.slice(old, size), testCrypto),
        consistencyPath(leaves.slice(0, size), old, testCrypto),
        `${old} of ${size}`
      )
    }
    const next = leaves[old]
    if (next !== undefined) hasher.appendLeafHash(next)
  }
})
