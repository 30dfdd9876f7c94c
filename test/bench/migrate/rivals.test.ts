import assert from 'node:assert/strict'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { runWell } from '../processes.ts'
import { endedChildrenSeconds } from './cpu-time.ts'
import { loopback, slow } from './link.ts'
import { openRivals, type Rival } from './rivals.ts'
import { freePort, startServer } from './server-process.ts'

const MIB = 1 << 20
const TIME = 1_100_000_000

interface Folders {
  readonly source: string
  readonly destination: string
  readonly rivals: readonly Rival[]
}

/** A source of two files, one of them mostly a hole, and a destination that has an old one and one too many. */
async function folders(t: TestContext): Promise<Folders> {
  const dir = temporaryDirectory(t)
  const [source, destination] = [join(dir, 'source'), join(dir, 'served', 'destination')]
  for (const folder of [source, destination]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(source, 'disk.img'), Buffer.alloc(MIB, 'disk'))
  truncateSync(join(source, 'disk.img'), 8 * MIB)
  writeFileSync(join(source, 'machine.conf'), 'version=8\n')
  makeOld(destination)
  t.mock.method(console, 'error', () => undefined)
  const rivals = await openRivals(join(dir, 'served'))
  t.after(async () => {
    for (const rival of rivals) await rival.close()
  })
  return { source, destination, rivals }
}

/** Of another length than the new one: rsync takes a file of the same second and length for the same. */
function makeOld(destination: string): void {
  writeFileSync(join(destination, 'disk.img'), '')
  writeFileSync(join(destination, 'machine.conf'), 'version=7, the one before\n')
  writeFileSync(join(destination, 'gone'), 'old')
}

test('a computer without rsync and ssh has no rivals and hears what to install', async t => {
  const path = process.env.PATH
  t.after(() => {
    process.env.PATH = path
  })
  const said = t.mock.method(console, 'error', () => undefined)
  process.env.PATH = ''
  assert.deepEqual(await openRivals(temporaryDirectory(t)), [])
  const lines = said.mock.calls.map(call => String(call.arguments[0]))
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /install the package rsync/)
  assert.match(lines[1] ?? '', /openssh-server and openssh-client/)
})

test('each rival makes the destination what the source is, and tells what it cost', async t => {
  const { source, destination, rivals } = await folders(t)
  if (rivals.length === 0) t.skip('neither rsync nor sshd is installed')
  for (const rival of rivals) {
    makeOld(destination)
    const { seconds, wireBytes, cpuSeconds } = await rival.copy(source, destination, loopback)
    for (const name of readdirSync(source))
      assert.ok(
        readFileSync(join(destination, name)).equals(readFileSync(join(source, name))),
        `${rival.name}: ${name}`
      )
    assert.equal(readdirSync(destination).includes('gone'), rival.name === 'scp')
    assert.ok(seconds > 0 && wireBytes > 0 && !(cpuSeconds < 0), rival.name)
  }
})

test('rsync keeps holes and times', async t => {
  const { source, destination, rivals } = await folders(t)
  const own = rivals.filter(({ name }) => name.startsWith('rsync'))
  if (own.length === 0) t.skip('rsync is not installed')
  await runWell('touch', ['-d', `@${TIME}`, join(source, 'disk.img')])
  for (const rival of own) {
    makeOld(destination)
    await rival.copy(source, destination, loopback)
    const { blocks, mtimeMs } = statSync(join(destination, 'disk.img'))
    assert.ok(blocks * 512 < 2 * MIB, `${rival.name} wrote ${blocks} blocks`)
    assert.equal(mtimeMs, TIME * 1000)
  }
})

test('what the link counts is what the wire bore: less than 1 MiB when compressed, more as it is', async t => {
  const { source, destination, rivals } = await folders(t)
  const compare = rivals.filter(({ name }) => name === 'rsync' || name === 'rsync zstd')
  if (compare.length < 2) t.skip('no rsync with zstd is installed')
  for (const rival of compare) {
    makeOld(destination)
    const { wireBytes } = await rival.copy(source, destination, slow)
    assert.equal(wireBytes < MIB, rival.name === 'rsync zstd', `${rival.name}: ${wireBytes} bytes`)
  }
})

test('the processor time of a program that has ended is counted', {
  skip: process.platform !== 'linux'
}, async () => {
  const before = endedChildrenSeconds()
  await runWell(process.execPath, ['-e', 'while (process.cpuUsage().user < 300_000);'])
  assert.ok(endedChildrenSeconds() - before >= 0.28)
})

test('a server that ends instead of serving is refused with what it said', async () => {
  const port = await freePort()
  await assert.rejects(
    startServer('sh', ['-c', 'echo no room for me >&2; exit 3'], port),
    new RegExp(`does not serve port ${port}: no room for me`)
  )
})
