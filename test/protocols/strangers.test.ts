import '../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { serveBlocks } from '../../protocols/blocks/index.ts'
import { receiveConsole } from '../../protocols/console/index.ts'
import { FrameError, type FrameErrorCode } from '../../protocols/framing/index.ts'
import { ledgerSlots, serveLedger } from '../../protocols/ledger/index.ts'
import { serveMarket } from '../../protocols/market/index.ts'
import { serveOrder } from '../../protocols/order/index.ts'
import { vmmpChannel } from '../../protocols/vmmp/index.ts'

const unasked = (): never => {
  throw new Error('a stranger got as far as the handler')
}
const QUICK = { idleMs: 100 }

/** Every protocol's listening side. Each must refuse all that follows by type and let go of the stream. */
const SERVERS: Readonly<Record<string, (stream: Stream) => Promise<unknown>>> = {
  order: stream =>
    serveOrder(
      stream,
      {
        order: unasked,
        accept: unasked,
        query: unasked,
        purge: unasked,
        vouch: unasked,
        watchMove: unasked
      },
      QUICK
    ),
  ledger: stream => {
    const handler = {
      submit: unasked,
      head: unasked,
      genesis: unasked,
      blocks: unasked,
      epochs: unasked,
      read: unasked,
      outcome: unasked,
      snapshots: unasked,
      chunk: unasked
    }
    return serveLedger(stream, handler, { ...QUICK, peer: 'stranger', slots: ledgerSlots() })
  },
  market: stream =>
    serveMarket(stream, { get: unasked, page: unasked }, { ...QUICK, nowMs: () => 0 }),
  console: stream => receiveConsole(stream, QUICK),
  blocks: stream => serveBlocks(stream, unasked, QUICK),
  async vmmp(stream) {
    const channel = vmmpChannel(stream, QUICK)
    try {
      const parsed = await channel.receive()
      assert.ok(parsed !== null && !parsed.ok)
      throw new FrameError('MALFORMED', parsed.refusal.message)
    } finally {
      await channel.finish()
    }
  }
}

const framed = (length: number, fill: number): Uint8Array =>
  Uint8Array.from([length, ...new Uint8Array(length).fill(fill)])

const ATTACKS: readonly [string, Uint8Array, boolean, FrameErrorCode][] = [
  ['a frame of 255 MiB announced', Uint8Array.of(0xff, 0xff, 0xff, 0x7f), false, 'OVERSIZED'],
  ['a length that never ends', new Uint8Array(9).fill(0xff), false, 'MALFORMED'],
  ['an empty frame', Uint8Array.of(0), false, 'MALFORMED'],
  ['a frame of zeros', framed(40, 0), false, 'MALFORMED'],
  ['a frame of 0xff', framed(40, 0xff), false, 'MALFORMED'],
  ['arrays in arrays', framed(100, 0x81), false, 'MALFORMED'],
  ['an array of 2^32 values', Uint8Array.of(5, 0x9a, 0xff, 0xff, 0xff, 0xff), false, 'MALFORMED'],
  ['a frame cut short', Uint8Array.of(40, 1, 2, 3), true, 'TRUNCATED'],
  ['a frame that never comes to its end', Uint8Array.of(40, 1, 2, 3), false, 'TIMEOUT']
]

for (const [name, serve] of Object.entries(SERVERS)) {
  for (const [attack, bytes, close, code] of ATTACKS) {
    test(`${name}: ${attack} is ${code} and the stream is let go`, async () => {
      const [stranger, server] = await streamPair({ delay: 0 })
      const served = assert.rejects(
        serve(server),
        (error: unknown) => error instanceof FrameError && error.code === code
      )
      stranger.send(bytes)
      if (close) await stranger.close()
      await served
      assert.notEqual(server.status, 'open')
    })
  }
}
