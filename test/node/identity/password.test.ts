import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkPassword, readPassword } from '../../../node/identity/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const prompt = async (): Promise<string> => 'from the terminal'

test('a file given by flag wins over the environment, which wins over the terminal', async t => {
  const file = join(temporaryDirectory(t), 'password')
  writeFileSync(file, 'from the file\n', { mode: 0o600 })
  const environment = { VIRTUOSO_PASSWORD: 'from the environment' }
  assert.equal(await readPassword({ file, environment, prompt }), 'from the file')
  assert.equal(await readPassword({ environment, prompt }), 'from the environment')
  assert.equal(await readPassword({ environment: {}, prompt }), 'from the terminal')
})

test('without a terminal the refusal names the flag and the variable', async () => {
  await assert.rejects(readPassword({ environment: {} }), {
    code: 'PASSWORD_MISSING',
    message: /--password-file FILE or set VIRTUOSO_PASSWORD/
  })
})

test('a password file that others can read is refused with the cure', async t => {
  const file = join(temporaryDirectory(t), 'password')
  writeFileSync(file, 'long enough\n')
  chmodSync(file, 0o640)
  await assert.rejects(readPassword({ file, environment: {} }), {
    code: 'PASSWORD_FILE_EXPOSED',
    message: /mode 640.*chmod 600/
  })
})

test('a password file that is not there is refused by its name', async t => {
  const file = join(temporaryDirectory(t), 'nowhere')
  await assert.rejects(readPassword({ file, environment: {} }), {
    code: 'PASSWORD_FILE_UNREADABLE',
    message: /nowhere/
  })
})

test('1024 characters are taken and 1025 are not', () => {
  assert.equal(checkPassword('x'.repeat(1024)).length, 1024)
  assert.throws(() => checkPassword('x'.repeat(1025)), { code: 'PASSWORD_TOO_LONG' })
})
