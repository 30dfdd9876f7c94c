/** Malformed, oversized and truncated bytes against a living node, on its API and on every protocol. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { blocksReply } from '../../protocols/blocks/index.ts'
import { consoleMessage } from '../../protocols/console/index.ts'
import {
  decodeMessage,
  FrameError,
  frames,
  type MessageKind,
  type ProtocolName
} from '../../protocols/framing/index.ts'
import { askHead, ledgerReply } from '../../protocols/ledger/index.ts'
import { fetchSnapshot, marketReply } from '../../protocols/market/index.ts'
import { hostReply, queryHost } from '../../protocols/order/index.ts'
import { vmmpChannel } from '../../protocols/vmmp/index.ts'
import { addHost, Lab, type LabNode, scenarios } from '../support/lab.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { Stranger } from '../support/stranger.ts'

const RANDOM_SEED = 7144
/** Frames that break one rule each; the stranger closes its end behind them. */
const BAD_FRAMES: readonly (readonly [string, Uint8Array])[] = [
  ['no message', frame(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))],
  ['an empty frame', Uint8Array.of(0)],
  ['canonical CBOR of something else', frame(Uint8Array.of(0xa1, 0x61, 0x78, 0x01))],
  ['CBOR that nests for ever', frame(new Uint8Array(1000).fill(0x81))],
  ['a list of 2^32 - 1 values', frame(Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff))],
  ['a frame of 256 MiB announced', Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 2, 3)],
  ['a length that never ends', new Uint8Array(16).fill(0xff)],
  ['a length that is not in its shortest form', Uint8Array.of(0x81, 0x00, 1)],
  ['a frame that breaks off', Uint8Array.of(100, 1, 2, 3)],
  ['random bytes', randomBytes(4096)]
]

/** How each protocol says that it does not understand; VMMP has no word for it and resets the stream. */
const REPLIES: Readonly<Record<Exclude<ProtocolName, 'agreement' | 'vmmp'>, MessageKind<Told>>> = {
  order: hostReply,
  blocks: blocksReply,
  console: consoleMessage,
  ledger: ledgerReply,
  market: marketReply
}

interface Told {
  readonly kind: string
}

describe('a living node that is sent bad bytes', () => {
  let lab: Lab
  let alex: LabNode
  let eve: Stranger
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open()
    ;[alex, eve] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      Stranger.join(lab, 'eve')
    ])
    await addHost(alex, 'virt17', [alex])
  })

  after(async () => {
    await eve.close()
    await lab.close()
  })

  for (const [name, kind] of Object.entries(REPLIES) as [ProtocolName, MessageKind<Told>][]) {
    scenario(`${name}: each bad frame is refused by its code and the stream is ended`, async () => {
      for (const [what, bytes] of BAD_FRAMES) {
        const told = await sayTo(name, bytes)
        assert.equal(told.length, 1, `${what}: ${told.length} answers`)
        const answer = decodeMessage(kind, told[0] ?? new Uint8Array())
        assert.equal(answer.kind, 'refused', what)
        assert.equal('code' in answer && answer.code, 'MALFORMED', what)
      }
      await answersEverybody()
    })
  }

  scenario('vmmp: each bad frame resets the stream', async () => {
    const words = ['<VMMP 1.0 QUERY x METHODS>', '<VMMP 2.0 REQ>', '<VMMP 1.0 HEARTBEAT', '', 'é']
    const texts = words.map(text => [text, frame(new TextEncoder().encode(text))] as const)
    for (const [what, bytes] of [...BAD_FRAMES, ...texts]) {
      assert.deepEqual(await sayTo('vmmp', bytes), [], what)
    }
    await answersEverybody()
  })

  scenario('the API: bytes that are no request are refused, and the socket lives on', async () => {
    const post = (path: string, head: string, body: string) =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${head}\r\n${body}`
    const sized = (path: string, body: string) =>
      post(path, `content-length: ${Buffer.byteLength(body)}\r\n`, body)
    const chunked = (path: string, body: string) =>
      post(
        path,
        'transfer-encoding: chunked\r\n',
        `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      )
    const huge = JSON.stringify({ machine: 'x'.repeat(8_000_000) })
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['no HTTP', '\u0000\u0001\u0002 nothing\r\n\r\n', /^HTTP\/1.1 400/],
      [
        'a header without end',
        `GET / HTTP/1.1\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`,
        /^HTTP\/1.1 431/
      ],
      [
        'a body that breaks off',
        post('/v1/node.status', 'content-length: 100\r\n', '{'),
        /^(HTTP\/1.1 4\d\d|$)/
      ],
      [
        'two lengths',
        post('/v1/node.status', 'content-length: 2\r\ncontent-length: 3\r\n', '{}'),
        /^HTTP\/1.1 400/
      ],
      ['no JSON', sized('/v1/node.status', '{"a":'), /^HTTP\/1.1 400[^]*JSON_MALFORMED/],
      [
        'another input',
        sized('/v1/machine.show', '{"machine": 7}'),
        /^HTTP\/1.1 400[^]*INPUT_INVALID/
      ],
      ['a body of 8 MB', sized('/v1/machine.show', huge), /^HTTP\/1.1 413[^]*BODY_TOO_LARGE/],
      [
        'a body of 1 MB in chunks',
        chunked('/v1/machine.show', 'x'.repeat(1_000_000)),
        /^HTTP\/1.1 413[^]*BODY_TOO_LARGE/
      ],
      ['no method', sized('/v1/machine.steal', '{}'), /^HTTP\/1.1 404[^]*METHOD_UNKNOWN/],
      ['no path', sized('/v1/../../etc/passwd', '{}'), /^HTTP\/1.1 404[^]*PATH_UNKNOWN/],
      [
        'a machine of a wild name',
        sized('/v1/machine.show', '{"machine":"\\u0000/../"}'),
        /^HTTP\/1.1 4\d\d/
      ]
    ]
    for (const [what, bytes, expected] of cases) {
      assert.match(await sayToSocket(join(alex.dir, 'api.sock'), bytes), expected, what)
    }
    assert.equal((await alex.virtuoso('node status')).code, 0)
    assert.doesNotMatch(alex.log, /\n\s+at /, 'a caller who goes away is no fault of the node')
  })

  /** What the node answers before it ends the stream. */
  async function sayTo(protocol: ProtocolName, bytes: Uint8Array): Promise<Uint8Array[]> {
    const stream = await eve.open(protocol, alex)
    const channel = frames(stream, { maxBytes: 1_048_576, idleMs: 10_000 })
    stream.send(bytes)
    const answers: Uint8Array[] = []
    try {
      void channel.close().catch(() => undefined)
      for (;;) {
        const answer = await channel.read()
        if (answer === null) return answers
        answers.push(answer)
      }
    } catch (error) {
      if (error instanceof FrameError && error.code === 'CLOSED') return answers
      throw error
    }
  }

  /** Every protocol still serves whoever speaks it well. */
  async function answersEverybody(): Promise<void> {
    assert.equal((await askHead(await eve.open('ledger', alex))).kind, 'head')
    assert.equal((await queryHost(await eve.open('order', alex))).kind, 'host')
    const pages = fetchSnapshot(await eve.open('market', alex))
    assert.equal((await pages.next()).value?.[0]?.offer.name, 'virt17')
    await pages.return()
    const vmmp = vmmpChannel(await eve.open('vmmp', alex))
    const machine = '00000000-0000-8000-8000-000000000000'
    await vmmp.send({ verb: 'QUERY', machine })
    const heard = await vmmp.receive()
    await vmmp.finish()
    assert.deepEqual(heard, { ok: true, message: { verb: 'RESULTS', machine, methods: [] } })
    assert.equal((await alex.client.call('node.status', {})).name, 'alex')
  }
})

function frame(body: Uint8Array): Uint8Array {
  const { byteLength } = body
  const prefix = byteLength < 128 ? [byteLength] : [(byteLength & 0x7f) | 0x80, byteLength >> 7]
  return Uint8Array.from([...prefix, ...body])
}

function randomBytes(count: number): Uint8Array {
  const random = seededRandom(RANDOM_SEED)
  // The first byte announces a short frame, so that what is refused is its content.
  return Uint8Array.from({ length: count }, (_, at) => (at === 0 ? 60 : random.integer(256)))
}

/** Everything the socket says until it closes. */
function sayToSocket(path: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    let said = ''
    socket.on('data', chunk => {
      said += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(said))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close while we still write: that it has refused is what we read before.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
    socket.end(bytes, 'latin1')
  })
}
