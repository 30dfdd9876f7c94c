import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { BACKLOG_BYTES_MAX } from '../../../node/api-server/index.ts'
import { ApiError, type EventView } from '../../../node/client.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { operationView, startStandIn } from './node-stand-in.ts'

const event = (sequence: number): EventView => ({
  sequence,
  atMs: sequence,
  topic: 'machine',
  message: `event ${sequence}`,
  fields: {}
})

test('events come from the asked number on, past ones first, and end when the reader leaves', async t => {
  const { client, events } = await startStandIn(t, temporaryDirectory(t))
  for (const sequence of [1, 2, 3]) events.say(event(sequence))
  const seen: number[] = []
  const stop = new AbortController()
  await client.events(
    2,
    ({ sequence }) => {
      seen.push(sequence)
      if (sequence === 3) events.say(event(4))
      if (sequence === 4) stop.abort()
    },
    stop.signal
  )
  assert.deepEqual(seen, [2, 3, 4])
})

test('a stream of events that the node ends is an error, not a quiet end', async t => {
  const { client, events, server } = await startStandIn(t, temporaryDirectory(t))
  events.say(event(1))
  const following = client.events(0, () => void server.close(), new AbortController().signal)
  await assert.rejects(following, { code: 'NODE_UNREACHABLE' })
})

test('a reader that stopped reading is cut off, and the node forgets it', async t => {
  const { server, events } = await startStandIn(t, temporaryDirectory(t))
  const socket = connect(server.socketPath)
  socket.pause()
  socket.write('GET /v1/events?from=0 HTTP/1.1\r\nhost: virtuoso\r\n\r\n')
  while (events.listeners.size === 0) await new Promise(resolve => setImmediate(resolve))
  const large = { ...event(1), message: 'x'.repeat(1024 * 1024) }
  for (let sent = 0; sent <= BACKLOG_BYTES_MAX; sent += large.message.length) events.say(large)
  assert.equal(events.listeners.size, 1, 'a backlog within the limit is kept')
  events.say(large)
  events.say(large)
  while (events.listeners.size > 0) await new Promise(resolve => setImmediate(resolve))
  socket.destroy()
})

test('an operation is followed to its end', async t => {
  const { client, operations } = await startStandIn(t, temporaryDirectory(t))
  operations.say(operationView('op1'))
  const steps: string[] = []
  const end = await client.watchOperation('op1', operation => {
    steps.push(`${operation.state} ${operation.step}`)
    if (operation.step === 'preparing') {
      operations.say(operationView('op2', { step: 'of another one' }))
      operations.say(operationView('op1', { step: 'confirming' }))
    }
    if (operation.step === 'confirming') {
      operations.say(operationView('op1', { state: 'succeeded', step: 'done' }))
    }
  })
  assert.deepEqual(steps, ['running preparing', 'running confirming', 'succeeded done'])
  assert.equal(end.state, 'succeeded')
  assert.equal(operations.listeners.size, 0)
})

test('an operation that has ended is answered at once', async t => {
  const { client, operations } = await startStandIn(t, temporaryDirectory(t))
  operations.say(operationView('op1', { state: 'failed' }))
  assert.equal((await client.watchOperation('op1', () => undefined)).state, 'failed')
})

test('a node that dies in the middle of an operation is an error that names the operation', async t => {
  const { client, operations, server } = await startStandIn(t, temporaryDirectory(t))
  operations.say(operationView('op1'))
  const watching = client.watchOperation('op1', () => void server.close())
  await assert.rejects(watching, { class: 'unreachable' })
})

test('a console carries raw bytes both ways', async t => {
  const asked: string[] = []
  const { client } = await startStandIn(
    t,
    temporaryDirectory(t),
    {},
    {
      openConsole: async (machine, kind) => {
        asked.push(`${machine} ${kind}`)
        return new PassThrough()
      }
    }
  )
  const stream = await client.console('my machine', 'vnc')
  const bytes = Buffer.from([0, 255, 13, 10, 128])
  stream.write(bytes)
  const [echo] = (await once(stream, 'data')) as [Buffer]
  assert.deepEqual(echo, bytes)
  assert.deepEqual(asked, ['my machine vnc'])
  stream.destroy()
})

test('the stream of the machine is closed when the viewer leaves', async t => {
  const machine = new PassThrough()
  const { client } = await startStandIn(
    t,
    temporaryDirectory(t),
    {},
    { openConsole: async () => machine }
  )
  const stream = await client.console('web1', 'serial')
  stream.destroy()
  if (!machine.destroyed) await once(machine, 'close')
  assert.equal(machine.destroyed, true)
})

test('a console that is refused says why', async t => {
  const { client } = await startStandIn(
    t,
    temporaryDirectory(t),
    {},
    {
      openConsole: async () => {
        throw new ApiError({ code: 'ILLEGAL_STATE', class: 'denied', message: 'it is suspended' })
      }
    }
  )
  await assert.rejects(client.console('web1', 'serial'), {
    code: 'ILLEGAL_STATE',
    message: 'it is suspended'
  })
})
