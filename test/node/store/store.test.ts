import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Level } from 'level'
import { byteValues, jsonValues, openStore, SCHEMA_VERSION } from '../../../node/store/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

interface Note {
  readonly text: string
}

test('records come back after a restart, in the order of their keys', async t => {
  const location = join(temporaryDirectory(t), 'store')
  const first = await openStore(location)
  const notes = first.records('market', jsonValues<Note>())
  await notes.put('b', { text: 'two' })
  await notes.put('a', { text: 'one' })
  await notes.put('c', { text: 'gone' })
  await notes.delete('c')
  await first.close()
  const second = await openStore(location)
  const again = second.records('market', jsonValues<Note>())
  const all: string[] = []
  for await (const [key, { text }] of again.entries()) all.push(`${key} ${text}`)
  assert.deepEqual(all, ['a one', 'b two'])
  assert.equal(await again.get('c'), undefined)
  await second.close()
})

test('ranges, limits and reverse order read what they say', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  const notes = store.records('market', jsonValues<number>())
  await notes.write(['a', 'b', 'c', 'd'].map((key, value) => ({ key, value })))
  const keys = async (range: Parameters<typeof notes.entries>[0]): Promise<string> => {
    const found: string[] = []
    for await (const [key] of notes.entries(range)) found.push(key)
    return found.join('')
  }
  assert.equal(await keys({ from: 'b', until: 'd' }), 'bc')
  assert.equal(await keys({ reverse: true, limit: 2 }), 'dc')
  await store.close()
})

test('spaces do not see each other', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  const host = store.records('host', jsonValues<Note>())
  const machines = store.records('host-machines', jsonValues<Note>())
  await machines.put('a', { text: 'of machines' })
  assert.equal(await host.get('a'), undefined)
  await store.close()
})

test('a second opener is refused with the process that holds the store', async t => {
  const location = join(temporaryDirectory(t), 'store')
  const store = await openStore(location)
  await assert.rejects(openStore(location), {
    code: 'STORE_LOCKED',
    message: new RegExp(`process ${process.pid}`)
  })
  await store.close()
  await (await openStore(location)).close()
})

test('the present schema opens, a newer one is refused and one that is no number is damage', async t => {
  const location = join(temporaryDirectory(t), 'store')
  await (await openStore(location)).close()
  const write = async (text: string): Promise<void> => {
    const level = new Level(location)
    await level.put('schema', text)
    await level.close()
  }
  await write(String(SCHEMA_VERSION))
  await (await openStore(location)).close()
  await write(String(SCHEMA_VERSION + 1))
  await assert.rejects(openStore(location), { code: 'STORE_NEWER' })
  await write('one')
  await assert.rejects(openStore(location), { code: 'STORE_DAMAGED' })
})

test('a store whose files are broken says that it is damaged', async t => {
  const location = join(temporaryDirectory(t), 'store')
  await (await openStore(location)).close()
  const manifest = readdirSync(location).find(name => name.startsWith('MANIFEST'))
  assert.ok(manifest !== undefined)
  writeFileSync(join(location, manifest), 'not a manifest')
  await assert.rejects(openStore(location), { code: 'STORE_DAMAGED', message: /restore a backup/ })
})

test('a record that does not decode names its place', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  await store.records('owner', byteValues).put('k', Buffer.from('{'))
  await assert.rejects(store.records('owner', jsonValues<Note>()).get('k'), {
    code: 'STORE_DAMAGED',
    message: /owner\/k/
  })
  await store.close()
})
