import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { VmmError } from '../../../node/vmm/index.ts'
import {
  decodeDescriptors,
  decodeReplyHeader,
  encodeOption,
  encodeRequest,
  headerLength,
  PAYLOAD_MAX_BYTES
} from '../../../node/vmm/qemu/nbd-codec.ts'
import { QmpClient } from '../../../node/vmm/qemu/qmp-client.ts'
import {
  decodeMessage,
  encodeCommand,
  LineCutter,
  QMP_LINE_MAX_BYTES
} from '../../../node/vmm/qemu/qmp-codec.ts'
import { connectUnix, listenUnix } from '../../../node/vmm/qemu/unix-socket.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('a QMP command is one line with a number', () => {
  assert.equal(encodeCommand(3, 'cont'), '{"execute":"cont","id":3}\n')
  assert.equal(encodeCommand(4, 'x', { a: 1 }), '{"execute":"x","arguments":{"a":1},"id":4}\n')
})

test('the four kinds of QMP messages are told apart', () => {
  assert.deepEqual(decodeMessage('{"QMP":{}}'), { kind: 'greeting' })
  assert.deepEqual(decodeMessage('{"return":{"a":1},"id":7}'), {
    kind: 'result',
    id: 7,
    value: { a: 1 }
  })
  assert.deepEqual(decodeMessage('{"error":{"class":"GenericError","desc":"no"},"id":8}'), {
    kind: 'error',
    id: 8,
    text: 'no'
  })
  assert.deepEqual(decodeMessage('{"event":"SHUTDOWN","data":{"guest":true}}'), {
    kind: 'event',
    name: 'SHUTDOWN',
    data: { guest: true }
  })
})

test('a QMP line may arrive in pieces and several in one', () => {
  const cutter = new LineCutter()
  assert.deepEqual(cutter.take(Buffer.from('{"a"')), [])
  assert.deepEqual(cutter.take(Buffer.from(':1}\r\n{}\n{')), ['{"a":1}', '{}'])
})

test('a QMP line of the greatest length is taken, one byte more is not', () => {
  assert.deepEqual(new LineCutter().take(Buffer.alloc(QMP_LINE_MAX_BYTES, 'x')), [])
  assert.throws(() => new LineCutter().take(Buffer.alloc(QMP_LINE_MAX_BYTES + 1, 'x')), /longer/)
})

test('an NBD request has the bytes of the specification', () => {
  const request = encodeRequest(1, 5n, 4096, 512)
  const expected = '25609513 0000 0001 0000000000000005 0000000000001000 00000200'
  assert.deepEqual(request, hex(expected))
})

test('an NBD option has the bytes of the specification', () => {
  const expected = '49484156454f5054 00000008 00000000'
  assert.deepEqual(encodeOption(8, new Uint8Array(0)), hex(expected))
})

test('a data chunk and a simple reply of NBD are understood', () => {
  const chunk = hex('668e33ef 0001 0001 0000000000000005 00000208')
  assert.equal(headerLength(chunk.readUInt32BE(0)), 20)
  assert.deepEqual(decodeReplyHeader(chunk), {
    cookie: 5n,
    isLast: true,
    type: 'data',
    length: 0x208,
    error: 0
  })
  const simple = hex('67446698 0000001c 0000000000000006')
  assert.equal(headerLength(simple.readUInt32BE(0)), 16)
  assert.equal(decodeReplyHeader(simple).error, 28)
})

test('an NBD payload of the greatest length is taken, one byte more is not', () => {
  const header = (length: number): Buffer => {
    const bytes = hex('668e33ef 0001 0001 0000000000000005 00000000')
    bytes.writeUInt32BE(length, 16)
    return bytes
  }
  assert.equal(decodeReplyHeader(header(PAYLOAD_MAX_BYTES)).length, PAYLOAD_MAX_BYTES)
  assert.throws(() => decodeReplyHeader(header(PAYLOAD_MAX_BYTES + 1)), /payload/)
})

test('what is neither reply nor chunk is refused', () => {
  assert.throws(() => headerLength(0x12345678), /not one/)
})

test('a block status tells of one context and the flags of its extents', () => {
  const payload = hex('00000001 00001000 00000003 00002000 00000001 00000200 00000000')
  assert.deepEqual(decodeDescriptors(payload), {
    context: 1,
    extents: [
      { length: 0x1000, flags: 3 },
      { length: 0x2000, flags: 1 },
      { length: 0x200, flags: 0 }
    ]
  })
  assert.throws(() => decodeDescriptors(hex('00000001 00001000')), /block status/)
})

/** A QMP server that says what it is told to. */
async function withServer(
  answer: (socket: Socket, line: string) => void,
  work: (client: QmpClient) => Promise<void>
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'qmp-'))
  const path = join(folder, 'qmp.sock')
  const server = await listenUnix(path)
  server.on('connection', socket => {
    socket.on('data', bytes => answer(socket, String(bytes)))
    socket.write('{"QMP":{}}\n')
    socket.resume()
  })
  const client = await QmpClient.open(await connectUnix(path))
  await work(client)
  client.end()
  server.close()
  await rm(folder, { recursive: true })
}

const idOf = (line: string): number => Number(/"id":(\d+)/.exec(line)?.[1])

test('answers find their questions and a refusal carries the words of QEMU', async () => {
  await withServer(
    (socket, line) => {
      const id = idOf(line)
      const said = line.includes('bad') ? '"error":{"desc":"not so"}' : `"return":${id * 10}`
      socket.write(`{"event":"STOP","data":{}}\n{${said},"id":${id}}\n`)
    },
    async client => {
      assert.equal(await client.execute('good'), 20)
      await assert.rejects(client.execute('bad'), /refused bad: not so/)
    }
  )
})

test('a question is refused when QEMU hangs up over it', async () => {
  await withServer(
    (socket, line) => {
      if (line.includes('qmp_capabilities')) socket.write(`{"return":{},"id":${idOf(line)}}\n`)
      else socket.destroy()
    },
    async client => {
      await assert.rejects(client.execute('last'), (error: unknown) => {
        return error instanceof VmmError && error.code === 'VMM_FAILED'
      })
      await client.closed
    }
  )
})

test('who does not speak QMP is hung up on', async () => {
  await withServer(
    (socket, line) => {
      if (line.includes('qmp_capabilities')) socket.write(`{"return":{},"id":${idOf(line)}}\n`)
      else socket.write('hello\n')
    },
    async client => {
      await assert.rejects(client.execute('anything'), /hung up/)
    }
  )
})
