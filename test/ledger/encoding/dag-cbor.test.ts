/** Our reading and writing of canonical CBOR beside that of a library which was written by others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode } from '@ipld/dag-cbor'
import {
  decodeCanonical,
  EncodingError,
  encodeCanonical,
  type Plain,
  toHex
} from '../../../ledger/index.ts'
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts'

const SEED = 20_261_123
const LIMITS = { bytesMax: 65_536, depthMax: 8, valuesMax: 4_096 }

/** Numbers on both sides of each length that a head can have. */
const NUMBERS = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
const TEXTS = ['', 'a', 'é', 'Grüße', '€', '🙂', '\ufffd', 'x'.repeat(24), 'é'.repeat(200)]

test('a text keeps a byte order mark, which the library loses from some', () => {
  const text = '\ufeff is no space of width'
  assert.equal(decodeCanonical(encodeCanonical(text)), text)
})

function randomPlain(random: SeededRandom, depth: number): Plain {
  switch (random.integer(depth === 0 ? 6 : 8)) {
    case 0:
      return null
    case 1:
      return random.integer(2) === 0
    case 2:
      return NUMBERS[random.integer(NUMBERS.length)] ?? 0
    case 3:
      return -1 - random.integer(70_000)
    case 4:
      return TEXTS[random.integer(TEXTS.length)] ?? ''
    case 5:
      return Uint8Array.from({ length: random.integer(300) }, () => random.integer(256))
    default:
      return Array.from({ length: random.integer(30) }, () => randomPlain(random, depth - 1))
  }
}

test(`values are written as the library writes them, and read back (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  for (let round = 0; round < 500; round++) {
    const value = randomPlain(random, 3)
    const bytes = encodeCanonical(value)
    assert.equal(toHex(bytes), toHex(encode(value)))
    assert.deepEqual(decodeCanonical(bytes, LIMITS), value)
  }
})

test(`bytes that are taken are what the library makes of them, written again (seed ${SEED})`, () => {
  const random = seededRandom(SEED)
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const bytes = changed(encodeCanonical(randomPlain(random, 1)), random)
    const value = accepted(bytes)
    if (value === undefined) continue
    taken += 1
    assert.equal(toHex(encode(decode(bytes))), toHex(bytes))
    assert.deepEqual(decode(bytes), value)
  }
  assert.ok(taken > 2_000 && taken < 18_000, `${taken} of 20,000 were taken`)
})

/** With one byte that is another. */
function changed(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[random.integer(Math.min(copy.length, 12))] = random.integer(256)
  return copy
}

function accepted(bytes: Uint8Array): Plain | undefined {
  try {
    return decodeCanonical(bytes, LIMITS)
  } catch (error) {
    if (error instanceof EncodingError) return undefined
    throw error
  }
}
