import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { crc32c, openWal, type Wal } from '../../../node/wal/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const WRITER = fileURLToPath(new URL('wal-writer.js', import.meta.url))

async function openGood(path: string): Promise<{ entries: string[]; wal: Wal }> {
  const opened = await openWal(path)
  assert.ok(opened.kind === 'open')
  return { entries: opened.entries.map(bytes => Buffer.from(bytes).toString()), wal: opened.wal }
}

async function entriesIn(path: string): Promise<string[]> {
  const { entries, wal } = await openGood(path)
  await wal.close()
  return entries
}

/** A log with one write for each list. */
async function logOf(path: string, ...writes: readonly string[][]): Promise<void> {
  const { wal } = await openGood(path)
  for (const entries of writes) await wal.append(entries.map(text => Buffer.from(text)))
  await wal.close()
}

test('the checksum is that of RFC 3720, appendix B.4', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.equal(crc32c(Buffer.from('6789'), crc32c(Buffer.from('12345'))), 0xe3069283)
})

test('the bytes of a log are these', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  await logOf(path, ['a', 'bc'], ['d'])
  assert.equal(
    (await readFile(path)).toString('hex'),
    '5657414c0b0000002ee5ce0301000000610200000062635657414c050000004d7a3fb30100000064'
  )
})

test('a log that is cut at any byte holds the writes before the cut, whole, and can be written on', async t => {
  const dir = temporaryDirectory(t)
  const path = join(dir, 'wal')
  await logOf(path, ['one', 'two'], ['three'])
  const whole = await readFile(path)
  const first = 12 + 7 + 7
  for (let length = 0; length <= whole.byteLength; length++) {
    const cut = join(dir, `cut-${length}`)
    await writeFile(cut, whole.subarray(0, length))
    const expected = [
      ...(length >= first ? ['one', 'two'] : []),
      ...(length === whole.byteLength ? ['three'] : [])
    ]
    assert.deepEqual(await entriesIn(cut), expected, `cut at ${length}`)
    await logOf(cut, ['four'])
    assert.deepEqual(await entriesIn(cut), [...expected, 'four'], `cut at ${length}`)
  }
})

test('a log whose owner was killed ends in zeros, which are cut off', async t => {
  const dir = temporaryDirectory(t)
  const path = join(dir, 'wal')
  const { wal } = await openGood(path)
  await wal.append([Buffer.from('one')])
  await wal.append([Buffer.from('two')], false)
  const left = await readFile(path)
  assert.ok(left.byteLength > wal.bytes(), 'it has grown ahead of what was written')
  const found = join(dir, 'found')
  await writeFile(found, left)
  assert.deepEqual(await entriesIn(found), ['one', 'two'])
  await wal.close()
})

test('a flipped bit before a good write is corruption, and the file is left as it is', async t => {
  const dir = temporaryDirectory(t)
  const path = join(dir, 'wal')
  await logOf(path, ['one', 'two'], ['three'])
  const whole = await readFile(path)
  const first = 12 + 7 + 7
  for (let bit = 0; bit < first * 8; bit++) {
    const bad = Buffer.from(whole)
    const byte = bit >> 3
    bad.writeUInt8(bad.readUInt8(byte) ^ (1 << (bit & 7)), byte)
    const flipped = join(dir, 'flipped')
    await writeFile(flipped, bad)
    const opened = await openWal(flipped)
    assert.equal(opened.kind, 'corrupt', `bit ${bit}`)
    assert.ok(opened.kind === 'corrupt' && opened.position === 0)
    assert.deepEqual(await readFile(flipped), bad)
  }
})

test('bytes that look like a frame do not make a torn write look like corruption', async t => {
  const dir = temporaryDirectory(t)
  await logOf(join(dir, 'inner'), ['planted'])
  const planted = await readFile(join(dir, 'inner'))
  const path = join(dir, 'wal')
  const { wal } = await openGood(path)
  await wal.append([planted, Buffer.from('end')])
  await wal.close()
  const whole = await readFile(path)
  await writeFile(path, whole.subarray(0, whole.byteLength - 1))
  assert.deepEqual(await entriesIn(path), [])
})

test('appends that come while the disk is busy are in the order of the calls', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  const { wal } = await openGood(path)
  const numbers = Array.from({ length: 100 }, (_, number) => `${number}`)
  await Promise.all(numbers.map(number => wal.append([Buffer.from(number)])))
  const separately = numbers.reduce((sum, number) => sum + 12 + 4 + number.length, 0)
  assert.ok(wal.bytes() < separately, 'they share writes')
  await wal.close()
  assert.deepEqual(await entriesIn(path), numbers)
})

test('a replaced log holds the new entries and goes on from there', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  const { wal } = await openGood(path)
  await wal.append([Buffer.from('old')])
  const replaced = wal.replace([Buffer.from('kept')])
  await wal.append([Buffer.from('new')])
  await replaced
  await wal.close()
  assert.deepEqual(await entriesIn(path), ['kept', 'new'])
})

test('a crash before the rename leaves the old entries', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  await logOf(path, ['old'])
  await writeFile(`${path}.new`, 'half of a new log')
  assert.deepEqual(await entriesIn(path), ['old'])
})

test('after a write that failed nothing is tried again', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  const { wal } = await openGood(path)
  await wal.close()
  const failed = { name: 'WalError', code: 'WAL_FAILED' }
  await assert.rejects(wal.append([Buffer.from('one')]), failed)
  await assert.rejects(wal.append([Buffer.from('two')]), failed)
  await assert.rejects(wal.replace([]), failed)
})

test('a process that is killed while it writes loses nothing that it was told is kept', async t => {
  const path = join(temporaryDirectory(t), 'wal')
  for (const kills of [20, 57, 101]) {
    const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let acknowledged = 0
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      lines += 1
      if (lines === kills) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const entries = await entriesIn(path)
    const from = entries.lastIndexOf('0')
    const numbers = entries.slice(from).map(Number)
    assert.ok(numbers.length > acknowledged, `${numbers.length} of ${acknowledged + 1}`)
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, number) => number)
    )
  }
})
