import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { type Case, prepareDestination } from './cases.ts'

const TIME = 1_100_000_000

async function prepared(t: TestContext, name: Case): Promise<string> {
  const dir = temporaryDirectory(t)
  mkdirSync(join(dir, 'v0'))
  writeFileSync(join(dir, 'v0', 'disk.img'), 'the version before')
  utimesSync(join(dir, 'v0', 'disk.img'), TIME, TIME)
  const destination = join(dir, 'destination')
  mkdirSync(destination)
  writeFileSync(join(destination, 'left'), 'of the run before')
  await prepareDestination(name, dir, destination)
  return destination
}

test('in case a nothing stands at the destination', async t => {
  assert.deepEqual(readdirSync(await prepared(t, 'a')), [])
})

for (const name of ['b', 'c', 'd', 'e'] as const)
  test(`in case ${name} the version before stands there with its times, and nothing else`, async t => {
    const destination = await prepared(t, name)
    assert.deepEqual(readdirSync(destination), ['disk.img'])
    assert.equal(readFileSync(join(destination, 'disk.img'), 'utf8'), 'the version before')
    assert.equal(statSync(join(destination, 'disk.img')).mtimeMs, TIME * 1000)
  })

test('in case b2 the same version stands there with another time', async t => {
  const file = join(await prepared(t, 'b2'), 'disk.img')
  assert.equal(readFileSync(file, 'utf8'), 'the version before')
  assert.notEqual(statSync(file).mtimeMs, TIME * 1000)
})
