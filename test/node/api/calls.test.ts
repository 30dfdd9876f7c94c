import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { BODY_BYTES_MAX } from '../../../node/api-server/index.ts'
import { ApiError, connect } from '../../../node/client.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startStandIn } from './node-stand-in.ts'

interface Raw {
  readonly status: number
  readonly code: string | undefined
  readonly value: unknown
}

function send(
  socketPath: string,
  how: { method?: string; path: string; type?: string; body?: string }
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        path: how.path,
        method: how.method ?? 'POST',
        headers: { 'content-type': how.type ?? 'application/json' }
      },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const value = JSON.parse(Buffer.concat(chunks).toString()) as { error?: { code: string } }
          resolve({ status: response.statusCode ?? 0, code: value.error?.code, value })
        })
      }
    )
    outgoing.on('error', reject)
    // A GET has no body: Node would send it unframed and it would be read as a second request.
    if (how.method === 'GET') outgoing.end()
    else outgoing.end(how.body ?? '{}')
  })
}

test('a call reaches its handler with the input and brings the output back', async t => {
  const { client } = await startStandIn(t, temporaryDirectory(t), {
    'machine.discard': async input => ({ discarded: input.machine })
  })
  assert.deepEqual(await client.call('machine.discard', { machine: 'web1' }), { discarded: 'web1' })
})

test('a refusal keeps code, class, sentence and hint over the socket', async t => {
  const { client } = await startStandIn(t, temporaryDirectory(t), {
    'machine.show': async () => {
      throw new ApiError({
        code: 'NOT_OWNER',
        class: 'denied',
        message: 'it belongs to bob',
        hint: 'ask bob'
      })
    }
  })
  await assert.rejects(client.call('machine.show', { machine: 'web1' }), error => {
    assert.ok(error instanceof ApiError)
    assert.deepEqual(error.body(), {
      code: 'NOT_OWNER',
      class: 'denied',
      message: 'it belongs to bob',
      hint: 'ask bob'
    })
    return true
  })
})

test('an error the node explains arrives explained; another one is INTERNAL and is told to the node', async t => {
  const unexpected: unknown[] = []
  const known = new RangeError('known')
  const { client } = await startStandIn(
    t,
    temporaryDirectory(t),
    {
      'node.peers': () => Promise.reject(known),
      'node.stop': () => Promise.reject(new Error('surprise'))
    },
    {
      explain: error =>
        error === known
          ? new ApiError({ code: 'KNOWN', class: 'timeout', message: 'known' })
          : undefined,
      onUnexpected: error => unexpected.push(error)
    }
  )
  await assert.rejects(client.call('node.peers', {}), { code: 'KNOWN', class: 'timeout' })
  await assert.rejects(client.call('node.stop', {}), { code: 'INTERNAL', message: /surprise/ })
  assert.equal(unexpected.length, 1)
})

test('with no node the client says so and names the command', async t => {
  const client = connect({ dir: temporaryDirectory(t) })
  await assert.rejects(client.call('node.status', {}), {
    code: 'NODE_UNREACHABLE',
    class: 'unreachable',
    hint: /virtuoso node run/
  })
})

test('a call that is not answered in time is a timeout, and the handler is told', async t => {
  let told: AbortSignal | undefined
  const { client } = await startStandIn(t, temporaryDirectory(t), {
    'node.peers': (_input, signal) => {
      told = signal
      return new Promise(resolve => {
        signal.addEventListener('abort', () => resolve({ peers: [] }))
      })
    }
  })
  await assert.rejects(client.call('node.peers', {}, { timeoutMs: 30 }), {
    code: 'CALL_TIMEOUT',
    class: 'timeout'
  })
  assert.ok(told !== undefined)
  if (!told.aborted) {
    await new Promise(resolve => told?.addEventListener('abort', resolve, { once: true }))
  }
})

test('a call cancelled by its caller is CANCELLED', async t => {
  const stop = new AbortController()
  const { client } = await startStandIn(t, temporaryDirectory(t), {
    'node.peers': () => {
      stop.abort()
      return new Promise(() => undefined)
    }
  })
  await assert.rejects(client.call('node.peers', {}, { signal: stop.signal }), {
    code: 'CANCELLED'
  })
})

test('every kind of bad request has its own status and code', async t => {
  const { server } = await startStandIn(t, temporaryDirectory(t), {
    'node.peers': async () => ({ peers: [] })
  })
  const path = '/v1/node.peers'
  const cases: [string, Parameters<typeof send>[1], number, string][] = [
    ['malformed JSON', { path, body: '{"a":' }, 400, 'JSON_MALFORMED'],
    ['truncated to nothing', { path, body: ' ' }, 400, 'JSON_MALFORMED'],
    ['no object', { path, body: '[]' }, 400, 'INPUT_INVALID'],
    ['unknown field', { path, body: '{"verbose":true}' }, 400, 'INPUT_INVALID'],
    ['wrong content type', { path, type: 'text/plain' }, 415, 'CONTENT_TYPE_WRONG'],
    ['unknown method', { path: '/v1/node.explode' }, 404, 'METHOD_UNKNOWN'],
    ['inherited name', { path: '/v1/constructor' }, 404, 'METHOD_UNKNOWN'],
    ['unknown path', { path: '/v2/node.peers' }, 404, 'PATH_UNKNOWN'],
    ['wrong verb', { path, method: 'PUT' }, 405, 'VERB_WRONG'],
    [
      'console without upgrade',
      { path: '/v1/machines/m/console', method: 'GET' },
      426,
      'UPGRADE_WRONG'
    ],
    ['bad sequence', { path: '/v1/events?from=-1', method: 'GET' }, 400, 'INPUT_INVALID'],
    [
      'unknown operation',
      { path: '/v1/operations/x/watch', method: 'GET' },
      404,
      'OPERATION_UNKNOWN'
    ]
  ]
  for (const [name, how, status, code] of cases) {
    const raw = await send(server.socketPath, how)
    assert.deepEqual([name, raw.status, raw.code], [name, status, code])
  }
})

test('a body of the largest size is read, one byte more is not', async t => {
  const { server } = await startStandIn(t, temporaryDirectory(t), {
    'node.peers': async () => ({ peers: [] })
  })
  const padded = (bytes: number): string => `{${' '.repeat(bytes - 2)}}`
  const path = '/v1/node.peers'
  assert.equal((await send(server.socketPath, { path, body: padded(BODY_BYTES_MAX) })).status, 200)
  const over = await send(server.socketPath, { path, body: padded(BODY_BYTES_MAX + 1) })
  assert.deepEqual([over.status, over.code], [413, 'BODY_TOO_LARGE'])
})

test('GET / lists the methods', async t => {
  const { server } = await startStandIn(t, temporaryDirectory(t))
  const { value } = await send(server.socketPath, { path: '/', method: 'GET' })
  const { methods } = value as { methods: string[] }
  assert.ok(methods.includes('machine.move') && methods.includes('audit'))
})
