import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { IDENTITY_CODES } from '../../../node/identity/index.ts'
import { IDENTITY_CLASSES } from '../../../tui/commands/identity/refusals.ts'
import { tell } from './world.ts'

const base = await mkdtemp(join(tmpdir(), 'virtuoso-test-'))
after(() => rm(base, { recursive: true, force: true }))

test('every refusal of the identity has a class, and so an exit code', () => {
  assert.deepEqual(Object.keys(IDENTITY_CLASSES).toSorted(), [...IDENTITY_CODES].toSorted())
})

test('without a terminal the password is never asked for: the flag is named', async () => {
  const told = await tell(['id', 'new', '--data', join(base, 'nobody')])
  assert.equal(told.code, 2)
  assert.match(told.stderr, /--password-file FILE or set VIRTUOSO_PASSWORD/)
})

test('a password of seven characters is refused, one of eight makes the keys', async () => {
  const dir = join(base, 'eight')
  const seven = await tell(['id', 'new', '--data', dir], { env: { VIRTUOSO_PASSWORD: '1234567' } })
  assert.equal(seven.code, 2)
  assert.match(seven.stderr, /has 7 characters; it needs at least 8/)
  const eight = await tell(['id', 'new', '--data', dir], { env: { VIRTUOSO_PASSWORD: '12345678' } })
  assert.equal(eight.code, 0)
  assert.match(eight.stdout, /^Account key {2}[0-9a-f]{64}\nNode key {5}[0-9a-f]{64}\n$/)
  const shown = await tell(['id', 'show', '--data', dir])
  assert.equal(shown.stdout, eight.stdout)
  const again = await tell(['id', 'new', '--data', dir], { env: { VIRTUOSO_PASSWORD: '12345678' } })
  assert.equal(again.code, 1)
  assert.match(again.stderr, /already an identity/)
})

test('the password file wins over the environment and must be for its owner only', async () => {
  const file = join(base, 'password')
  await writeFile(file, 'short\n', { mode: 0o600 })
  const args = ['id', 'new', '--data', join(base, 'file'), '--password-file', file]
  const short = await tell(args, { env: { VIRTUOSO_PASSWORD: 'long enough' } })
  assert.equal(short.code, 2)
  await chmod(file, 0o644)
  assert.equal((await tell(args)).code, 4)
})

test('a directory without an identity is exit code 3', async () => {
  assert.equal((await tell(['id', 'show', '--data', join(base, 'empty')])).code, 3)
})
