import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findSocket } from '../../../node/client.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startStandIn } from './node-stand-in.ts'

const peers = { 'node.peers': async () => ({ peers: [] }) }

test('the socket is reachable by its owner only', async t => {
  const { server } = await startStandIn(t, temporaryDirectory(t))
  assert.equal(statSync(server.socketPath).mode & 0o777, 0o600)
})

test('a second node on the same directory is refused and the first goes on', async t => {
  const dir = temporaryDirectory(t)
  const { client } = await startStandIn(t, dir, peers)
  await assert.rejects(startStandIn(t, dir), { code: 'NODE_RUNNING' })
  assert.deepEqual(await client.call('node.peers', {}), { peers: [] })
})

test('the socket of a killed node is replaced', async t => {
  const dir = temporaryDirectory(t)
  const script = `require('node:net').createServer().listen(${JSON.stringify(join(dir, 'api.sock'))},
    () => process.kill(process.pid, 'SIGKILL'))`
  const child = spawn(process.execPath, ['-e', script])
  await once(child, 'exit')
  assert.ok(existsSync(join(dir, 'api.sock')))
  const { client } = await startStandIn(t, dir, peers)
  assert.deepEqual(await client.call('node.peers', {}), { peers: [] })
})

test('a directory with a name too long for a socket is served through the pointer file', async t => {
  const dir = join(temporaryDirectory(t), 'd'.repeat(120))
  mkdirSync(dir)
  const { server, client } = await startStandIn(t, dir, peers)
  assert.ok(Buffer.byteLength(server.socketPath) <= 107)
  assert.equal(findSocket(dir), server.socketPath)
  assert.equal(statSync(dirname(server.socketPath)).mode & 0o777, 0o700)
  assert.deepEqual(await client.call('node.peers', {}), { peers: [] })
})

test('a socket path of 107 bytes is used as it is, one of 108 is not', async t => {
  const root = temporaryDirectory(t)
  const dirFor = (socketBytes: number): string =>
    join(root, 'd'.repeat(socketBytes - Buffer.byteLength(join(root, '/api.sock')) - 1))
  for (const [bytes, inside] of [
    [106, true],
    [107, true],
    [108, false]
  ] as const) {
    const dir = dirFor(bytes)
    assert.equal(Buffer.byteLength(join(dir, 'api.sock')), bytes)
    mkdirSync(dir)
    const { server, client } = await startStandIn(t, dir, peers)
    assert.equal(server.socketPath === join(dir, 'api.sock'), inside, `${bytes} bytes`)
    assert.deepEqual(await client.call('node.peers', {}), { peers: [] })
  }
})

test('a closed server leaves neither socket nor pointer nor short directory', async t => {
  const dir = join(temporaryDirectory(t), 'd'.repeat(120))
  mkdirSync(dir)
  const { server } = await startStandIn(t, dir)
  await server.close()
  assert.equal(existsSync(dirname(server.socketPath)), false)
  assert.equal(existsSync(join(dir, 'api.sock.path')), false)
})
