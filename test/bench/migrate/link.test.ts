import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Alarms, type Clock, systemAlarms, systemClock } from '../../../node/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type Link, loopback, shaped, slow } from './link.ts'

/** A server of one connection, and a client that reached it through the link. */
interface Pair {
  readonly client: Socket
  readonly served: Socket
  readonly bytes: () => number | null
}

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

async function pair(t: TestContext, link: Link): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true })
  const door = await link.through(await listening(t, server))
  t.after(() => door.close())
  const client = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true })
  const [served] = (await once(server, 'connection')) as [Socket]
  t.after(() => {
    client.destroy()
    served.destroy()
  })
  return { client, served, bytes: () => door.bytes() }
}

/** To the sender's end, and the socket stays open for what is still to be said. */
async function all(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  socket.on('data', part => parts.push(part))
  await once(socket, 'end')
  return Buffer.concat(parts)
}

function pattern(length: number, salt: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, at) => at ^ salt).buffer)
}

test('two doors of one link count together, and each leads to its own port', async t => {
  const servers = [createServer(), createServer()] as const
  const ports = await Promise.all(servers.map(server => listening(t, server)))
  const door = await slow.through(ports[0] ?? 0, ports[1])
  t.after(() => door.close())
  for (const [at, port] of [door.port, door.beside].entries()) {
    const client = connect({ port, host: '127.0.0.1' })
    const [served] = (await once(servers[at] ?? assert.fail(), 'connection')) as [Socket]
    served.resume()
    client.end('ten bytes!')
    await once(served, 'end')
    client.destroy()
    served.destroy()
  }
  assert.equal(door.bytes(), 20)
})

for (const link of [loopback, slow]) {
  test(`${link.name}: bytes of both directions arrive whole and in order`, async t => {
    const { client, served, bytes } = await pair(t, link)
    const [asked, answered] = [pattern(1_200_000, 1), pattern(800_000, 2)]
    client.end(asked)
    served.end(answered)
    const [there, back] = await Promise.all([all(served), all(client)])
    assert.ok(there.equals(asked) && back.equals(answered))
    assert.equal(bytes(), link === slow ? 2_000_000 : null)
  })

  test(`${link.name}: who has ended his side still hears the other`, async t => {
    const { client, served } = await pair(t, link)
    client.end('question')
    assert.equal((await all(served)).toString(), 'question')
    served.end('answer')
    assert.equal((await all(client)).toString(), 'answer')
  })

  test(`${link.name}: a reset of one side resets the other`, async t => {
    for (const whose of ['client', 'served'] as const) {
      const both = await pair(t, link)
      const other = whose === 'client' ? both.served : both.client
      both.client.write('x')
      both.served.write('x')
      await Promise.all([once(both.served, 'data'), once(both.client, 'data')])
      const broken = once(other, 'error')
      both[whose].resetAndDestroy()
      const [error] = (await broken) as [NodeJS.ErrnoException]
      assert.equal(error.code, 'ECONNRESET')
    }
  })
}

test('a port where nobody listens resets who came through the link', async t => {
  const server = createServer()
  const port = await listening(t, server)
  server.close()
  await once(server, 'close')
  const door = await slow.through(port)
  t.after(() => door.close())
  const client = connect({ port: door.port, host: '127.0.0.1' })
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNRESET')
})

test('a sender whose receiver does not read is held back, and goes on when it reads', async t => {
  const fast = shaped('100 Mbit/s, 20 ms', 1_000_000, 0, { ...systemClock, ...systemAlarms })
  const { client, served } = await pair(t, fast)
  const sent = Buffer.alloc(32_000_000, 7)
  let flushed = false
  client.end(sent, () => {
    flushed = true
  })
  await once(served, 'readable')
  assert.equal(flushed, false)
  assert.equal((await all(served)).length, sent.length)
})

test('a door that is closed leaves no connection open', async t => {
  const server = createServer()
  const door = await slow.through(await listening(t, server))
  const client = connect({ port: door.port, host: '127.0.0.1' })
  await once(server, 'connection')
  const ended = once(client.resume(), 'close')
  await door.close()
  await ended
  assert.equal(client.destroyed, true)
})

test('the handshake takes a round trip before the server is asked', async t => {
  const manual = new ManualClock(0)
  const accepted = new EventEmitter()
  const clock: Clock & Alarms = {
    nowMs: () => manual.nowMs(),
    after(delayMs, ring) {
      accepted.emit('accepted')
      return manual.after(delayMs, ring)
    }
  }
  const server = createServer()
  const served: Socket[] = []
  server.on('connection', socket => served.push(socket))
  const port = await listening(t, server)
  const door = await shaped('100 Mbit/s, 20 ms', 12_500, 10, clock).through(port)
  const heard = once(accepted, 'accepted')
  const through = connect({ port: door.port, host: '127.0.0.1' })
  await heard
  manual.advance(19)
  // Whoever asks the server directly now comes after those who have asked it before.
  const direct = connect({ port, host: '127.0.0.1' })
  await Promise.all([once(server, 'connection'), once(direct, 'connect')])
  assert.equal(served.length, 1)
  assert.equal(served[0]?.remotePort, direct.localPort)
  manual.advance(1)
  await once(server, 'connection')
  t.after(async () => {
    for (const socket of [through, direct, ...served]) socket.destroy()
    await door.close()
  })
})
