import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bodyCodec,
  type Codec,
  decodeAs,
  decodeCanonical,
  type EncodingCode,
  EncodingError,
  encodeAs,
  encodeCanonical,
  fields,
  fromHex,
  list,
  offerCodec,
  type Plain,
  signedTransactionCodec
} from '../../../ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'

const LIMITS = { bytesMax: 64, depthMax: 3, valuesMax: 8 }

function refusal(act: () => unknown): EncodingError {
  try {
    act()
  } catch (error) {
    if (error instanceof EncodingError) return error
    throw error
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

function read<T>(codec: Codec<T>, plain: Plain): T {
  return decodeAs(codec, encodeCanonical(plain))
}

const HOSTILE: readonly (readonly [name: string, hex: string, code: EncodingCode])[] = [
  ['nothing', '', 'MALFORMED'],
  ['a byte left over', '8000', 'MALFORMED'],
  ['an array cut short', '8201', 'MALFORMED'],
  ['a text longer than its bytes', '6461', 'MALFORMED'],
  ['a length of 4 GiB', '5affffffff', 'MALFORMED'],
  ['an argument cut short', '19', 'MALFORMED'],
  ['an integer not in its shortest form', '1801', 'NOT_CANONICAL'],
  ['an array length not in its shortest form', '980100', 'NOT_CANONICAL'],
  ['an array of indefinite length', '9f01ff', 'NOT_CANONICAL'],
  ['a text of indefinite length', '7f6161ff', 'NOT_CANONICAL'],
  ['text that is not UTF-8', '61ff', 'NOT_CANONICAL'],
  ['a map', 'a0', 'UNSUPPORTED'],
  ['a map with unsorted keys', 'a2616201616102', 'UNSUPPORTED'],
  ['a map with a key twice', 'a2616101616102', 'UNSUPPORTED'],
  ['a tag', 'c100', 'UNSUPPORTED'],
  ['a float of 64 bits', 'fb3ff8000000000000', 'UNSUPPORTED'],
  ['a float of 16 bits', 'f93e00', 'UNSUPPORTED'],
  ['undefined', 'f7', 'UNSUPPORTED'],
  ['an integer of 2^53', '1b0020000000000000', 'OUT_OF_RANGE'],
  ['four arrays inside each other', '81818180', 'TOO_DEEP'],
  ['nine values', '880000000000000000', 'TOO_MANY']
]

for (const [name, hex, code] of HOSTILE) {
  test(`${name} is refused as ${code}`, () => {
    assert.equal(refusal(() => decodeCanonical(fromHex(hex), LIMITS)).code, code)
  })
}

test('as many values, as deep and as long as the limits say is taken', () => {
  assert.deepEqual(decodeCanonical(fromHex('818180'), LIMITS), [[[]]])
  assert.equal((decodeCanonical(fromHex('8700000000000000'), LIMITS) as Plain[]).length, 7)
  const longest = encodeCanonical(new Uint8Array(62))
  assert.equal(longest.length, 64)
  assert.deepEqual(decodeCanonical(longest, LIMITS), new Uint8Array(62))
  const longer = encodeCanonical(new Uint8Array(63))
  assert.equal(refusal(() => decodeCanonical(longer, LIMITS)).code, 'TOO_LARGE')
})

test('nesting by the ten thousand is refused without exhausting the stack', () => {
  const hostile = new Uint8Array(16_000).fill(0x81)
  assert.equal(refusal(() => decodeCanonical(hostile)).code, 'TOO_DEEP')
})

test('2^53 - 1 is taken', () => {
  assert.equal(decodeCanonical(fromHex('1b001fffffffffffff')), Number.MAX_SAFE_INTEGER)
})

test('a body of a type nobody knows is refused and named', () => {
  const error = refusal(() => read(bodyCodec, ['mint-money', []]))
  assert.equal(error.code, 'UNKNOWN_KIND')
  assert.match(error.message, /'mint-money' is none of open-account/)
})

test("a variant named like an object's own machinery is refused", () => {
  assert.equal(refusal(() => read(bodyCodec, ['__proto__', []])).code, 'UNKNOWN_KIND')
  assert.equal(refusal(() => read(bodyCodec, ['constructor', []])).code, 'UNKNOWN_KIND')
})

test('a refusal says which field it is about', () => {
  const bytes = encodeCanonical([
    [['account', [fromHex(sample.buyerId)]], 1, 1, new Uint8Array(16), ['discard-machine', [7]]],
    new Uint8Array(64)
  ])
  const error = refusal(() => decodeAs(signedTransactionCodec, bytes))
  assert.equal(error.where, 'transaction.body.discard-machine.machine')
})

test('an offer holds 64 images and no more', () => {
  const images = Array.from({ length: 64 }, () => sample.someHash)
  assert.doesNotThrow(() => encodeAs(offerCodec, { ...sample.offer, images }))
  const error = refusal(() =>
    encodeAs(offerCodec, { ...sample.offer, images: [...images, sample.someHash] })
  )
  assert.deepEqual([error.code, error.where], ['OUT_OF_RANGE', 'images'])
})

test('a text is bounded by its bytes and cannot carry terminal commands', () => {
  const four = fields.text(4, 1)
  assert.equal(read(four, 'éé'), 'éé')
  assert.equal(refusal(() => read(four, 'ééé')).code, 'OUT_OF_RANGE')
  assert.equal(refusal(() => read(four, '')).code, 'OUT_OF_RANGE')
  assert.equal(refusal(() => read(four, '\u001b[2J')).code, 'OUT_OF_RANGE')
  assert.equal(refusal(() => encodeAs(four, '\ud800')).code, 'OUT_OF_RANGE')
})

test('money holds 0 to 2^128 - 1', () => {
  const most = (1n << 128n) - 1n
  assert.equal(decodeAs(fields.money, encodeAs(fields.money, 0n)), 0n)
  assert.equal(decodeAs(fields.money, encodeAs(fields.money, most)), most)
  assert.equal(refusal(() => encodeAs(fields.money, -1n)).code, 'OUT_OF_RANGE')
  assert.equal(refusal(() => encodeAs(fields.money, most + 1n)).code, 'OUT_OF_RANGE')
})

test('a number that is not whole is no number of the ledger', () => {
  assert.equal(refusal(() => encodeAs(fields.counter, 1.5)).code, 'WRONG_SHAPE')
  assert.equal(refusal(() => encodeAs(fields.counter, -1)).code, 'OUT_OF_RANGE')
  assert.equal(refusal(() => encodeAs(fields.counter, Number.NaN)).code, 'WRONG_SHAPE')
})

test('a list names the item that is wrong', () => {
  const error = refusal(() => read(list(fields.counter, 3), [1, 'two']))
  assert.equal(error.where, '[1]')
})
