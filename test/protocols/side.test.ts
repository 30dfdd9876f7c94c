import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BLOCK_BYTES,
  BlocksRefused,
  blocksReply,
  blocksRequest,
  type PartShape,
  SideAsker,
  SideListener,
  type SideQuestion,
  sideAnswer,
  sideRefusal
} from '../../protocols/blocks/index.ts'
import { encodeFrameLength, encodeMessage, FrameError } from '../../protocols/framing/index.ts'
import { HASH } from './golden.ts'

const DISK: PartShape = { name: 'disk', format: 'disk-raw', sizeBytes: 200 * BLOCK_BYTES + 9 }
const CONFIG: PartShape = { name: 'config', format: 'config-1', sizeBytes: 5 }
const QUESTION: SideQuestion = { shape: DISK, ranges: [{ first: 1, count: 2 }] }
const room = (): Uint8Array => new Uint8Array(64 * BLOCK_BYTES)
const malformed = (error: unknown): boolean =>
  error instanceof FrameError && error.code === 'MALFORMED'

/** What a destination says, and what comes of it when it hears that. */
async function heard(
  answer: readonly Uint8Array[],
  question = QUESTION
): Promise<{ readonly bytes: Promise<Uint8Array>; readonly goesOn: boolean; asker: SideAsker }> {
  const asker = new SideAsker(() => undefined)
  const bytes = asker.ask(question, room())
  bytes.catch(() => undefined)
  return { bytes, goesOn: asker.feed(Buffer.concat(answer)), asker }
}

function framed(body: Uint8Array): Uint8Array {
  return Buffer.concat([encodeFrameLength(body.byteLength), body])
}

test('questions are asked ahead and answered in their order, each in the room it was given', async () => {
  const asked: SideQuestion[] = []
  const listener = new SideListener([CONFIG, DISK], question => asked.push(question))
  const asker = new SideAsker(frame => assert.equal(listener.feed(Buffer.concat(frame)), undefined))
  const rooms = Array.from({ length: 20 }, room)
  const answers = rooms.map((each, at) =>
    asker.ask(
      {
        shape: DISK,
        ranges: [
          { first: at, count: 1 },
          { first: 200, count: 1 }
        ]
      },
      each
    )
  )
  assert.equal(asked.length, 20)
  for (const { shape, ranges } of asked) {
    assert.deepEqual(shape, DISK)
    const bytes = Buffer.concat(
      sideAnswer(new Uint8Array(BLOCK_BYTES + 9).fill(ranges[0]?.first ?? 99))
    )
    // In pieces that end anywhere.
    for (let at = 0; at < bytes.length; at += 1_009) {
      assert.equal(asker.feed(bytes.subarray(at, at + 1_009)), true)
    }
  }
  for (const [at, answer] of answers.entries()) {
    const bytes = await answer
    assert.equal(bytes.byteLength, BLOCK_BYTES + 9)
    assert.ok(bytes.every(byte => byte === at))
    assert.equal(bytes.buffer, rooms[at]?.buffer)
  }
})

test('an answer of another length than was asked for ends the connection', async () => {
  for (const length of [0, 2 * BLOCK_BYTES - 1, 2 * BLOCK_BYTES + 1]) {
    const { bytes, goesOn } = await heard(sideAnswer(new Uint8Array(length)))
    assert.equal(goesOn, false)
    await assert.rejects(bytes, malformed)
  }
})

test('bytes that are shorter than their message says end the connection', async () => {
  const reply = { kind: 'data', encoding: 'plain', sizeBytes: 2 * BLOCK_BYTES } as const
  const { bytes, goesOn } = await heard([
    framed(encodeMessage(blocksReply, reply)),
    framed(new Uint8Array(5))
  ])
  assert.equal(goesOn, false)
  await assert.rejects(bytes, malformed)
})

test('packed bytes, other messages and noise end the connection, and whatever is asked later fails too', async () => {
  const packed = { kind: 'data', encoding: 'brotli', sizeBytes: 5 } as const
  const cases = [
    framed(encodeMessage(blocksReply, packed)),
    framed(encodeMessage(blocksReply, { kind: 'no-base' })),
    framed(Uint8Array.of(1, 2, 3)),
    encodeFrameLength(4_097)
  ]
  for (const answer of cases) {
    const { bytes, goesOn, asker } = await heard([answer])
    assert.equal(goesOn, false)
    await assert.rejects(bytes, FrameError)
    await assert.rejects(asker.ask(QUESTION, room()), FrameError)
  }
})

test('an answer that nobody has asked for ends the connection', async () => {
  const { bytes, asker } = await heard(sideAnswer(new Uint8Array(2 * BLOCK_BYTES)))
  assert.equal((await bytes).byteLength, 2 * BLOCK_BYTES)
  assert.equal(asker.feed(Buffer.concat(sideAnswer(new Uint8Array(3)))), false)
})

test("an origin's refusal reaches whoever asked", async () => {
  const { bytes } = await heard(
    sideRefusal({ code: 'NOT_READY', message: 'it has just been started' })
  )
  await assert.rejects(
    bytes,
    (error: unknown) => error instanceof BlocksRefused && error.refusal.code === 'NOT_READY'
  )
})

test('an origin refuses all but questions for blocks within its parts', () => {
  const listen = (body: Uint8Array) => {
    const listener = new SideListener([CONFIG, DISK], () => assert.fail('it was let through'))
    return listener.feed(framed(body))?.code
  }
  const get = (part: 'disk' | 'memory', first: number, count: number) =>
    encodeMessage(blocksRequest, { kind: 'get', part, ranges: [{ first, count }], rate: 0 })
  assert.equal(listen(get('disk', 200, 2)), 'OUT_OF_RANGE')
  assert.equal(listen(get('memory', 0, 1)), 'OUT_OF_RANGE')
  const many = [1, 100].map(first => ({ first, count: 40 }))
  const all = { kind: 'get', part: 'disk', ranges: many, rate: 0 } as const
  assert.equal(listen(encodeMessage(blocksRequest, all)), 'MALFORMED')
  assert.equal(listen(encodeMessage(blocksRequest, { kind: 'complete' })), 'MALFORMED')
  const hello = { kind: 'hello', machine: '6ba7b810-9dad-81d1-80b4-00c04fd430c8', migration: HASH }
  assert.equal(listen(encodeMessage(blocksRequest, hello as never)), 'MALFORMED')
  assert.equal(listen(Uint8Array.of(9)), 'MALFORMED')
})
