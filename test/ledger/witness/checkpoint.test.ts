import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  CHECKPOINT_TEXT_MAX,
  type Checkpoint,
  type CosignedCheckpoint,
  checkCosignatures,
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCosignature,
  WITNESS_CODES,
  withCosignature
} from '../../../ledger/index.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import { checkGolden } from '../../support/golden.ts'
import { network, someHash } from '../../support/ledger-samples.ts'

const wanda = testSigner('wanda')
const wolf = testSigner('wolf')
const checkpoint: Checkpoint = { network, height: 12, block: someHash, root: 'cd'.repeat(32) }
const cosigned: CosignedCheckpoint = {
  checkpoint,
  cosignatures: [wanda, wolf].map(key => signCheckpoint(checkpoint, 1_100_000_000_000, key))
}
const text = formatCheckpoint(cosigned)

test('a checkpoint is read as it was written, with any number of cosignatures', () => {
  assert.deepEqual(parseCheckpoint(text), cosigned)
  const bare = { checkpoint, cosignatures: [] }
  assert.deepEqual(parseCheckpoint(formatCheckpoint(bare)), bare)
})

test('the text and the signed bytes stay as they are', () => {
  checkGolden('checkpoint.json', { text })
})

test('any altered character is refused, or is another statement that nobody signed', () => {
  for (let at = 0; at < text.length; at++) {
    const other = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`
    const judge = (): void => {
      checkCosignatures(
        parseCheckpoint(other),
        new Set([wanda.publicKey, wolf.publicKey]),
        testCrypto
      )
    }
    assert.throws(judge, { name: 'WitnessError' }, `character ${at}`)
  }
})

test('what has not the form of a checkpoint is refused', () => {
  const [line = ''] = text.split('\n').slice(6)
  const upper = text.replace(checkpoint.block, checkpoint.block.toUpperCase())
  const bad: Readonly<Record<string, string>> = {
    nothing: '',
    'another version': text.replace('/1', '/2'),
    'no last line feed': text.slice(0, -1),
    'more after it': `${text}\n`,
    'a line left out': text.replace(/height.*\n/, ''),
    'lines in another order': text.replace(/(height.*\n)(block.*\n)/, '$2$1'),
    'a leading zero': text.replace('height 12', 'height 012'),
    'a height beyond all numbers': text.replace('height 12', 'height 9007199254740992'),
    'capital digits': upper,
    'a witness twice': `${text}${line}\n`,
    'carriage returns': text.replaceAll('\n', '\r\n'),
    'more than there may be': `${text}${' '.repeat(CHECKPOINT_TEXT_MAX)}`
  }
  for (const [what, given] of Object.entries(bad)) {
    assert.throws(() => parseCheckpoint(given), { code: 'CHECKPOINT_MALFORMED' }, what)
  }
})

test('64 cosignatures fit, 65 do not', () => {
  const many = (count: number) =>
    formatCheckpoint({
      checkpoint,
      cosignatures: Array.from({ length: count }, (_, at) =>
        signCheckpoint(checkpoint, 1_100_000_000_000, testSigner(`witness ${at}`))
      )
    })
  assert.equal(parseCheckpoint(many(64)).cosignatures.length, 64)
  assert.throws(() => parseCheckpoint(many(65)), { code: 'CHECKPOINT_MALFORMED' })
})

test('a cosignature is of one witness, one checkpoint and one time', () => {
  const [first] = cosigned.cosignatures
  assert.ok(first)
  assert.ok(verifyCosignature(checkpoint, first, testCrypto))
  const others: readonly Checkpoint[] = [
    { ...checkpoint, network: someHash },
    { ...checkpoint, height: 13 },
    { ...checkpoint, block: checkpoint.root },
    { ...checkpoint, root: checkpoint.block }
  ]
  for (const other of others) assert.ok(!verifyCosignature(other, first, testCrypto))
  assert.ok(!verifyCosignature(checkpoint, { ...first, timeMs: first.timeMs + 1 }, testCrypto))
  assert.ok(!verifyCosignature(checkpoint, { ...first, witness: wolf.publicKey }, testCrypto))
})

test('all witnesses that are asked for have to be there, or as many as are enough', () => {
  const [a, b, c] = [wanda, wolf, testSigner('walt')].map(({ publicKey }) => publicKey)
  assert.ok(a && b && c)
  checkCosignatures(cosigned, new Set(), testCrypto)
  checkCosignatures(cosigned, new Set([a, b]), testCrypto)
  checkCosignatures(cosigned, new Set([a, b, c]), testCrypto, 2)
  const missing = { code: 'WITNESS_MISSING' }
  assert.throws(() => checkCosignatures(cosigned, new Set([a, c]), testCrypto), missing)
  assert.throws(() => checkCosignatures(cosigned, new Set([a, b, c]), testCrypto, 3), missing)
})

test('one forged cosignature spoils the file, whoever was asked for', () => {
  const [first, second] = cosigned.cosignatures
  assert.ok(first && second)
  const forged = { ...second, signature: first.signature }
  const file = { checkpoint, cosignatures: [first, forged] }
  const judge = (): void => checkCosignatures(file, new Set([first.witness]), testCrypto)
  assert.throws(judge, { code: 'COSIGNATURE_FORGED' })
})

test('a witness that signs again takes the place of its older name', () => {
  const again = signCheckpoint(checkpoint, 1_100_000_009_000, wanda)
  const { cosignatures } = withCosignature(cosigned, again)
  assert.deepEqual(
    cosignatures.map(({ witness }) => witness),
    [wolf.publicKey, wanda.publicKey]
  )
  assert.equal(cosignatures[1]?.timeMs, 1_100_000_009_000)
})

test('the codes are those that the page lists', () => {
  const page = readFileSync('ledger/witness/SPEC.md', 'utf8')
  const listed = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code)
  assert.deepEqual(new Set(listed), new Set(WITNESS_CODES))
})
