import assert from 'node:assert/strict'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import {
  createIdentity,
  loadIdentity,
  readPublicIdentity,
  type ScryptCost
} from '../../../node/identity/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** The promises here are not about the cost of a guess. */
const CHEAP: ScryptCost = { n: 16, r: 1, p: 1 }
const PASSWORD = 'correct horse'

test('an identity that was made opens again with its password and signs with the same keys', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  const made = await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  const opened = await loadIdentity({ dir, password: PASSWORD })
  assert.equal(opened.account.publicKey, made.account.publicKey)
  assert.equal(opened.node.publicKey, made.node.publicKey)
  assert.notEqual(opened.account.publicKey, opened.node.publicKey)
  const message = Buffer.from('order')
  const key = Buffer.from(made.account.publicKey, 'hex')
  assert.equal(nodeCrypto.verify(key, message, opened.account.sign(message)), true)
  assert.equal(Buffer.from(opened.nodeKeyRaw.subarray(32)).toString('hex'), made.node.publicKey)
})

test('the public keys are read without a password', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  const made = await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  assert.deepEqual(await readPublicIdentity(dir), {
    account: made.account.publicKey,
    node: made.node.publicKey
  })
})

test('a wrong password is refused as such', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  await assert.rejects(loadIdentity({ dir, password: 'correct horsf' }), { code: 'WRONG_PASSWORD' })
})

test('a password of seven characters is refused, one of eight is taken, and accents count as one', async t => {
  const root = temporaryDirectory(t)
  const make = (name: string, password: string) =>
    createIdentity({ dir: join(root, name), password, cost: CHEAP })
  await assert.rejects(make('seven', 'sevench'), {
    code: 'PASSWORD_TOO_SHORT',
    message: /has 7 characters; it needs at least 8/
  })
  await make('eight', 'eightch8')
  await assert.rejects(make('accents', 'éééé'), { code: 'PASSWORD_TOO_SHORT' })
  await make('composed', 'pass\u00e9word')
  await loadIdentity({ dir: join(root, 'composed'), password: 'passe\u0301word' })
})

test('an identity that is there is never replaced', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  const made = await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  await assert.rejects(createIdentity({ dir, password: 'another one', cost: CHEAP }), {
    code: 'IDENTITY_EXISTS'
  })
  assert.equal(
    (await loadIdentity({ dir, password: PASSWORD })).account.publicKey,
    made.account.publicKey
  )
})

test('a missing identity says which command makes one', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await assert.rejects(loadIdentity({ dir, password: PASSWORD }), {
    code: 'IDENTITY_MISSING',
    message: /virtuoso node init/
  })
})

test('key files are readable by their owner only', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  assert.equal(statSync(dir).mode & 0o777, 0o700)
  assert.equal(statSync(join(dir, 'account.key.json')).mode & 0o777, 0o600)
  assert.equal(statSync(join(dir, 'node.key.json')).mode & 0o777, 0o600)
})

test('a file cut short is damaged, not a wrong password', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  const path = join(dir, 'node.key.json')
  truncateSync(path, statSync(path).size - 10)
  await assert.rejects(loadIdentity({ dir, password: PASSWORD }), { code: 'IDENTITY_DAMAGED' })
})

test('the files of account and node cannot stand for each other', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  writeFileSync(join(dir, 'node.key.json'), readFileSync(join(dir, 'account.key.json')))
  await assert.rejects(loadIdentity({ dir, password: PASSWORD }), { code: 'IDENTITY_DAMAGED' })
})

test('an altered public key does not open with the right password', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  const made = await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  const path = join(dir, 'account.key.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(made.account.publicKey, made.node.publicKey))
  await assert.rejects(loadIdentity({ dir, password: PASSWORD }), { code: 'WRONG_PASSWORD' })
})

test('a file that asks for more than 256 MiB of scrypt memory is refused before it is given', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  const path = join(dir, 'account.key.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('"n": 16', `"n": ${2 ** 22}`))
  await assert.rejects(loadIdentity({ dir, password: PASSWORD }), {
    code: 'IDENTITY_DAMAGED',
    message: /256 MiB/
  })
})

test('the secret seed is not in the file in the clear', async t => {
  const dir = join(temporaryDirectory(t), 'identity')
  const made = await createIdentity({ dir, password: PASSWORD, cost: CHEAP })
  const seed = Buffer.from(made.nodeKeyRaw.subarray(0, 32)).toString('hex')
  assert.equal(readFileSync(join(dir, 'node.key.json'), 'utf8').includes(seed), false)
})
