import '../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { frames, STREAM_WINDOW_BYTES } from '../../protocols/framing/index.ts'

const ID = '/virtuoso/test/1.0.0'
const FRAME_BYTES = 256 * 1024
const LIMITS = { maxBytes: FRAME_BYTES, idleMs: 20_000 }

async function listen(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES } })]
  })
}

/** Two nodes over TCP loopback with one stream between them; both are stopped afterwards. */
async function withStream(use: (dialer: Stream, listener: Stream) => Promise<void>): Promise<void> {
  const [a, b] = await Promise.all([listen(), listen()])
  try {
    const arrived = new Promise<Stream>(resolve => void b.handle(ID, stream => resolve(stream)))
    const dialed = await a.dialProtocol(b.getMultiaddrs(), ID)
    await use(dialed, await arrived)
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

function numbered(index: number): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES).fill(index & 0xff)
  new DataView(frame.buffer).setUint32(0, index)
  return frame
}

test('a reader that does not read holds the sender back within the window', async () => {
  await withStream(async (dialer, listener) => {
    const sender = frames(dialer, LIMITS)
    const reader = frames(listener, LIMITS)
    const total = 128
    let accepted = 0
    const sending = (async () => {
      for (let i = 0; i < total; i++) {
        await sender.write(numbered(i))
        accepted = i + 1
      }
      await sender.close()
    })()
    await new Promise<void>(resolve => {
      const look = setInterval(() => {
        if (!dialer.writableNeedsDrain) return
        clearInterval(look)
        resolve()
      }, 5)
    })
    const heldBytes = accepted * FRAME_BYTES
    assert.ok(heldBytes <= STREAM_WINDOW_BYTES * 2, `${heldBytes} bytes were taken unread`)

    for (let i = 0; i < total; i++) {
      const frame = await reader.read()
      assert.ok(frame !== null && frame.byteLength === FRAME_BYTES)
      assert.equal(new DataView(frame.buffer, frame.byteOffset).getUint32(0), i)
      const held = listener.readBufferLength + dialer.writeBufferLength
      assert.ok(held <= STREAM_WINDOW_BYTES + 2 * FRAME_BYTES, `${held} bytes are held at ${i}`)
    }
    assert.equal(await reader.read(), null)
    await sending
  })
})

test('what was sent before the close arrives although the reader was paused', async () => {
  await withStream(async (dialer, listener) => {
    // Five frames of 120 KiB: the reader pauses within them, and all of them fit into the first windows.
    const limits = { maxBytes: 120 * 1024, idleMs: 20_000 }
    const sender = frames(dialer, limits)
    const reader = frames(listener, limits)
    const part = (index: number): Uint8Array => numbered(index).subarray(0, 120 * 1024)
    for (let i = 0; i < 5; i++) await sender.write(part(i))
    const closed = new Promise<void>(resolve =>
      listener.addEventListener('remoteCloseWrite', () => resolve(), { once: true })
    )
    await sender.close()
    await closed
    assert.equal(listener.readStatus, 'paused')
    for (let i = 0; i < 5; i++) assert.deepEqual(await reader.read(), part(i))
    assert.equal(await reader.read(), null)
  })
})

test('both ends closed leaves no stream behind', async () => {
  await withStream(async (dialer, listener) => {
    await Promise.all([frames(dialer, LIMITS).finish(), frames(listener, LIMITS).finish()])
    assert.equal(dialer.status, 'closed')
    assert.equal(listener.status, 'closed')
  })
})
