import '../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import {
  FRAME_ERROR_CODES,
  FrameError,
  type FrameErrorCode,
  frames,
  protocolId
} from '../../protocols/framing/index.ts'

const LIMITS = { maxBytes: 300, idleMs: 2_000 }
const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill)
const fails = (code: FrameErrorCode) => (error: unknown) =>
  error instanceof FrameError && error.code === code && error.message.length > 10

async function raw(): Promise<[Stream, Stream]> {
  return streamPair({ delay: 0 })
}

test('a frame arrives as it was sent, at one below, at, and in both prefix sizes', async () => {
  const [left, right] = await raw()
  const a = frames(left, LIMITS)
  const b = frames(right, LIMITS)
  for (const length of [0, 1, 127, 128, 299, 300]) {
    await a.write(bytes(length))
    assert.deepEqual(await b.read(), bytes(length))
  }
  await a.close()
  assert.equal(await b.read(), null)
})

test('one byte above the limit is refused by the sender', async () => {
  const [left] = await raw()
  await assert.rejects(frames(left, LIMITS).write(bytes(301)), fails('OVERSIZED'))
})

test('one byte above the limit is refused by the receiver from the prefix alone', async () => {
  const [left, right] = await raw()
  left.send(Uint8Array.of(0xad, 0x02))
  await assert.rejects(frames(right, LIMITS).read(), fails('OVERSIZED'))
})

test('a refused reader stays refused and can still say a last word', async () => {
  const [left, right] = await raw()
  const a = frames(left, LIMITS)
  const b = frames(right, LIMITS)
  left.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f))
  await assert.rejects(b.read(), fails('OVERSIZED'))
  await assert.rejects(b.read(), fails('OVERSIZED'))
  const finished = b.finish(bytes(3))
  assert.deepEqual(await a.read(), bytes(3))
  assert.equal(await a.read(), null)
  await a.finish()
  await finished
  assert.notEqual(right.status, 'open')
})

for (const [name, sent, code] of [
  ['a length in five bytes', [0x80, 0x80, 0x80, 0x80, 0x01], 'MALFORMED'],
  ['a length not in its shortest form', [0x81, 0x00, 1], 'MALFORMED'],
  ['a stream that ends in the prefix', [0x81], 'TRUNCATED'],
  ['a stream that ends in the body', [0x03, 1, 2], 'TRUNCATED']
] as const) {
  test(`${name} is ${code}`, async () => {
    const [left, right] = await raw()
    left.send(Uint8Array.from(sent))
    await left.close()
    await assert.rejects(frames(right, LIMITS).read(), fails(code))
  })
}

test('silence ends in TIMEOUT', async () => {
  const [, right] = await raw()
  await assert.rejects(frames(right, { maxBytes: 9, idleMs: 20 }).read(), fails('TIMEOUT'))
})

test('a peer that dribbles a frame byte by byte runs into the same TIMEOUT', async () => {
  const [left, right] = await raw()
  const reading = frames(right, { maxBytes: 300, idleMs: 60 }).read()
  left.send(Uint8Array.of(0xac, 0x02))
  const dribble = setInterval(() => left.send(Uint8Array.of(1)), 10)
  try {
    await assert.rejects(reading, fails('TIMEOUT'))
  } finally {
    clearInterval(dribble)
  }
})

test('a reset by the peer is CLOSED with its cause kept', async () => {
  const [left, right] = await raw()
  const reading = frames(right, LIMITS).read()
  left.abort(new Error('enough'))
  await assert.rejects(
    reading,
    (error: unknown) => fails('CLOSED')(error) && (error as FrameError).cause !== undefined
  )
})

test('cancelling by signal ends a waiting read and resets the stream', async () => {
  const [, right] = await raw()
  const controller = new AbortController()
  const reading = frames(right, { ...LIMITS, signal: controller.signal }).read()
  controller.abort()
  await assert.rejects(reading, fails('CLOSED'))
  assert.equal(right.status, 'aborted')
})

test('a signal that has already fired refuses the stream at once', async () => {
  const [, right] = await raw()
  const channel = frames(right, { ...LIMITS, signal: AbortSignal.abort() })
  await assert.rejects(channel.read(), fails('CLOSED'))
})

test('frames written together arrive in the order of the calls', async () => {
  const [left, right] = await raw()
  const a = frames(left, LIMITS)
  const b = frames(right, LIMITS)
  await Promise.all([1, 2, 3, 4].map(n => a.write(bytes(n, n))))
  for (const n of [1, 2, 3, 4]) assert.deepEqual(await b.read(), bytes(n, n))
})

test('finish resets a peer that never closes its end', async () => {
  const [left, right] = await raw()
  await frames(left, { maxBytes: 9, idleMs: 20 }).finish()
  assert.equal(left.status, 'aborted')
  assert.ok(right)
})

test('the list of codes is what the switch of a caller must know', () => {
  assert.deepEqual(FRAME_ERROR_CODES, ['OVERSIZED', 'TRUNCATED', 'MALFORMED', 'TIMEOUT', 'CLOSED'])
})

test('a protocol id carries the first eight digits of the genesis hash', () => {
  assert.equal(protocolId('0123456789abcdef', 'vmmp'), '/virtuoso/01234567/vmmp/1.0.0')
})
