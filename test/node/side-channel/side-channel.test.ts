/** Both ends of a side connection, each in a thread of its own, with files on both sides. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { connect as connectTcp, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { SideOffers, SideThread, sidePullFor } from '../../../node/side-channel/index.ts'
import { ContentMismatch } from '../../../node/transfer/index.ts'
import type { Door } from '../../../node/vmm/index.ts'
import {
  BLOCK_BYTES,
  type BlockRange,
  leafHash,
  type PartShape,
  type SideOffer
} from '../../../protocols/blocks/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const BLOCKS = 300
const DISK: PartShape = { name: 'disk', format: 'disk-raw', sizeBytes: BLOCKS * BLOCK_BYTES + 11 }
const MUCH = 2 ** 30
const LOOPBACK = '127.0.0.1'

interface Rig {
  readonly content: Buffer
  readonly target: Door
  readonly offer: () => Promise<SideOffer | undefined>
  readonly withdraw: () => Promise<void>
  readonly said: string[]
  readonly pull: (host?: string | null) => NonNullable<ReturnType<typeof sidePullFor>>
  readonly arrived: () => Promise<Buffer>
  readonly wish: (ranges: readonly BlockRange[]) => Parameters<ReturnType<Rig['pull']>['fetch']>[0]
}

async function rig(t: TestContext, served?: Buffer): Promise<Rig> {
  const dir = temporaryDirectory(t)
  const content = randomBytes(DISK.sizeBytes)
  const [from, to] = [join(dir, 'from'), join(dir, 'to')]
  await writeFile(from, served ?? content)
  await writeFile(to, Buffer.alloc(DISK.sizeBytes))
  const [origin, destination] = [new SideThread(), new SideThread()]
  const offers = new SideOffers({ thread: origin, host: LOOPBACK, port: 0 })
  const side = offers.of({ parts: [DISK], door: () => ({ kind: 'file', path: from }) })
  const said: string[] = []
  t.after(() => Promise.all([origin.close(), destination.close()]))
  const target: Door = { kind: 'file', path: to }
  return {
    content,
    target,
    said,
    offer: () => side.offer(),
    withdraw: () => side.close(),
    arrived: () => readFile(to),
    pull: (host: string | null = LOOPBACK) =>
      sidePullFor(MUCH, {
        thread: destination,
        host: () => host ?? undefined,
        log: text => said.push(text)
      }) ?? assert.fail('so much is worth a side connection'),
    wish: ranges => ({ shape: DISK, ranges, leaves: leavesOf(content, ranges), door: target })
  }
}

function leavesOf(content: Buffer, ranges: readonly BlockRange[]): Uint8Array {
  const leaves = ranges.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, nth) => {
      const at = (first + nth) * BLOCK_BYTES
      return leafHash(nodeCrypto, content.subarray(at, at + BLOCK_BYTES))
    })
  )
  return Buffer.concat(leaves)
}

const GROUPS: readonly (readonly BlockRange[])[] = [
  [{ first: 0, count: 64 }],
  [
    { first: 70, count: 1 },
    { first: 80, count: 20 }
  ],
  [{ first: 299, count: 2 }],
  [{ first: 128, count: 64 }]
]

test('blocks come by it, checked and written to their places, and nothing else is', async t => {
  const { content, offer, pull, wish, arrived, said } = await rig(t)
  const side = pull()
  await side.open({ side: offer })
  assert.equal(side.isOpen, true)
  const came = await Promise.all(GROUPS.map(ranges => side.fetch(wish(ranges))))
  assert.ok(came.every(ms => ms !== undefined && ms > 0))
  await side.close()
  const expected = Buffer.alloc(DISK.sizeBytes)
  for (const { first, count } of GROUPS.flat())
    content.copy(expected, first * BLOCK_BYTES, first * BLOCK_BYTES, (first + count) * BLOCK_BYTES)
  assert.ok(expected.equals(await arrived()))
  assert.deepEqual(said, ['a side connection to the origin is open'])
})

test('a block that is not the one its leaf speaks of is a mismatch and is not written', async t => {
  const content = randomBytes(DISK.sizeBytes)
  const { offer, pull, wish, arrived } = await rig(t, content)
  const side = pull()
  await side.open({ side: offer })
  await assert.rejects(side.fetch(wish([{ first: 3, count: 2 }])), ContentMismatch)
  await side.close()
  assert.ok(Buffer.alloc(DISK.sizeBytes).equals(await arrived()))
})

test('an origin that ends it is left for the stream, and another offer opens it again', async t => {
  const { offer, withdraw, pull, wish, said } = await rig(t)
  const side = pull()
  await side.open({ side: offer })
  assert.ok(await side.fetch(wish([{ first: 0, count: 1 }])))
  await withdraw()
  assert.equal(await side.fetch(wish([{ first: 1, count: 1 }])), undefined)
  assert.equal(side.isOpen, false)
  assert.match(said[1] ?? '', /^the side connection to the origin is lost: /)
  await side.open({ side: offer })
  assert.ok(await side.fetch(wish([{ first: 1, count: 1 }])))
  await side.close()
})

test('a part whose file has gone is left for the stream', async t => {
  const { offer, pull, wish } = await rig(t)
  const side = pull()
  await side.open({ side: offer })
  const nowhere: Door = { kind: 'file', path: '/nowhere/at/all' }
  assert.equal(await side.fetch({ ...wish([{ first: 0, count: 1 }]), door: nowhere }), undefined)
  await side.close()
})

test('without an offer, an address or an origin that listens there is no side connection', async t => {
  const { offer, pull } = await rig(t)
  const refused = await takenPort()
  const wrong = async () => {
    const made = await offer()
    return made && { ...made, port: refused }
  }
  for (const [side, source] of [
    [pull(), { side: async () => undefined }],
    [pull(null), { side: offer }],
    [pull(), { side: wrong }],
    [pull(), { side: () => Promise.reject(new Error('the stream broke')) }]
  ] as const) {
    await side.open(source)
    assert.equal(side.isOpen, false)
  }
})

test('an offer is good for one connection, and for nobody with another key', async t => {
  const { offer, pull, said } = await rig(t)
  const made = (await offer()) ?? assert.fail('no offer')
  const [thief, side, second] = [pull(), pull(), pull()]
  await thief.open({ side: async () => ({ ...made, key: 'ab'.repeat(32) }) })
  assert.equal(thief.isOpen, false)
  await side.open({ side: async () => made })
  assert.equal(side.isOpen, true)
  await second.open({ side: async () => made })
  assert.equal(second.isOpen, false)
  assert.equal(said.filter(text => text.startsWith('no side connection')).length, 2)
  await side.close()
})

test('whoever knocks without a key learns nothing, and the next is served', async t => {
  const { offer, pull, wish } = await rig(t)
  const made = (await offer()) ?? assert.fail('no offer')
  const socket = connectTcp(made.port, LOOPBACK)
  const ended = new Promise<Buffer[]>(resolve => {
    const pieces: Buffer[] = []
    socket.on('data', piece => pieces.push(piece))
    socket.on('error', () => resolve(pieces))
    socket.on('close', () => resolve(pieces))
  })
  socket.write('GET / HTTP/1.0\r\n\r\n')
  // At most an alert of TLS.
  assert.ok(Buffer.concat(await ended).byteLength <= 32)
  const plain = connectTls({ host: LOOPBACK, port: made.port, rejectUnauthorized: false })
  await assert.rejects(new Promise((_, reject) => plain.on('error', reject)))
  const side = pull()
  await side.open({ side: async () => made })
  assert.ok(await side.fetch(wish([{ first: 0, count: 1 }])))
  await side.close()
})

test('a close while it is being opened leaves nothing open', async t => {
  const { offer, pull } = await rig(t)
  const side = pull()
  const opening = side.open({ side: offer })
  await side.close()
  await opening
  assert.equal(side.isOpen, false)
})

test('a move that brings little is not worth one', () => {
  const thread = new SideThread()
  const options = { thread, host: () => LOOPBACK, log: () => undefined }
  assert.equal(sidePullFor(2 ** 20, options), undefined)
})

/** A port on which nobody listens any more. */
async function takenPort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>(resolve => server.listen(0, LOOPBACK, resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : assert.fail('no port')
}
