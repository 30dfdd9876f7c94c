import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import {
  encodeVmmp,
  METHODS_MAX,
  parseVmmp,
  VMMP_BYTES_MAX,
  VMMP_REFUSAL_CODES,
  type VmmpMessage,
  type VmmpRefusalCode,
  vmmpChannel
} from '../../../protocols/vmmp/index.ts'

const M = '6ba7b810-9dad-81d1-80b4-00c04fd430c8'
const A = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'
const B = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const AT = '/ip4/127.0.0.1/tcp/4001'

const GOLDEN: readonly [string, VmmpMessage][] = [
  [`<VMMP 1.0 QUERY ${M} METHODS>`, { verb: 'QUERY', machine: M }],
  [`<VMMP 1.0 RESULTS ${M} 0>`, { verb: 'RESULTS', machine: M, methods: [] }],
  [
    `<VMMP 1.0 RESULTS ${M} 2 RSYNC SCP>`,
    { verb: 'RESULTS', machine: M, methods: ['RSYNC', 'SCP'] }
  ],
  [
    `<VMMP 1.0 REQ ${M} 3 ${A} ${AT} ${B} /dns4/owner.example/tcp/1 SCP>`,
    {
      verb: 'REQ',
      machine: M,
      version: 3,
      origin: { peer: A, address: AT },
      requester: { peer: B, address: '/dns4/owner.example/tcp/1' },
      method: 'SCP'
    }
  ],
  [`<VMMP 1.0 HEARTBEAT ${M}>`, { verb: 'HEARTBEAT', machine: M }],
  [`<VMMP 1.0 RESP ${M} 4 SUCCESS>`, { verb: 'RESP', machine: M, version: 4, outcome: 'SUCCESS' }],
  [`<VMMP 1.0 RESP ${M} 3 FAIL>`, { verb: 'RESP', machine: M, version: 3, outcome: 'FAIL' }]
]

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

for (const [text, message] of GOLDEN) {
  test(`${text.slice(10, 22)}... is written and read exactly so`, () => {
    assert.equal(new TextDecoder().decode(encodeVmmp(message)), text)
    assert.deepEqual(parseVmmp(bytes(text)), { ok: true, message })
  })
}

const REQ = `REQ ${M} 3 ${A} ${AT} ${B} ${AT} SCP`
const REFUSED: readonly [VmmpRefusalCode, Uint8Array][] = [
  ['TOO_LONG', bytes(`<VMMP 1.0 QUERY ${M} METHODS>`.padEnd(VMMP_BYTES_MAX + 1))],
  ['TRAILING_BYTES', bytes(`<VMMP 1.0 QUERY ${M} METHODS>`.padEnd(VMMP_BYTES_MAX))],
  ['NOT_UTF8', Uint8Array.of(0x3c, 0xff, 0x3e)],
  ['NOT_VMMP', new Uint8Array()],
  ['NOT_VMMP', bytes(`VMMP 1.0 QUERY ${M} METHODS`)],
  ['NOT_VMMP', bytes(`\ufeff<VMMP 1.0 QUERY ${M} METHODS>`)],
  ['NOT_VMMP', bytes(`<VMMP 1.0 QUERY ${M} METHODS`)],
  ['VERSION_UNSUPPORTED', bytes(`<VMMP 1.1 QUERY ${M} METHODS>`)],
  ['VERSION_UNSUPPORTED', bytes(`<VMMP  1.0 QUERY ${M} METHODS>`)],
  ['UNKNOWN_VERB', bytes(`<VMMP 1.0 DELETE ${M}>`)],
  ['UNKNOWN_VERB', bytes(`<VMMP 1.0  QUERY ${M} METHODS>`)],
  ['UNKNOWN_VERB', bytes('<VMMP 1.0 query>')],
  ['WRONG_FIELD_COUNT', bytes(`<VMMP 1.0 QUERY ${M}>`)],
  ['WRONG_FIELD_COUNT', bytes(`<VMMP 1.0 HEARTBEAT ${M} >`)],
  ['WRONG_FIELD_COUNT', bytes(`<VMMP 1.0 RESULTS ${M}>`)],
  ['WRONG_FIELD_COUNT', bytes(`<VMMP 1.0 ${REQ} extra>`)],
  ['BAD_UUID', bytes(`<VMMP 1.0 HEARTBEAT ${M.toUpperCase()}>`)],
  ['BAD_UUID', bytes(`<VMMP 1.0 HEARTBEAT ${M}\n>`)],
  ['BAD_VERSION', bytes(`<VMMP 1.0 RESP ${M} 04 SUCCESS>`)],
  ['BAD_VERSION', bytes(`<VMMP 1.0 RESP ${M} -4 SUCCESS>`)],
  ['BAD_VERSION', bytes(`<VMMP 1.0 RESP ${M} 9007199254740992 SUCCESS>`)],
  ['BAD_COUNT', bytes(`<VMMP 1.0 RESULTS ${M} 1>`)],
  ['BAD_COUNT', bytes(`<VMMP 1.0 RESULTS ${M} 1 SCP RSYNC>`)],
  ['BAD_COUNT', bytes(`<VMMP 1.0 RESULTS ${M} 999999999999 SCP>`)],
  ['BAD_COUNT', bytes(`<VMMP 1.0 RESULTS ${M} 65${' SCP'.repeat(65)}>`)],
  ['BAD_METHOD', bytes(`<VMMP 1.0 QUERY ${M} METHOD>`)],
  ['BAD_METHOD', bytes(`<VMMP 1.0 RESULTS ${M} 1 scp>`)],
  ['BAD_METHOD', bytes(`<VMMP 1.0 RESULTS ${M} 1 ABCDEFGHIJKLMNOPQ>`)],
  ['BAD_PEER', bytes(`<VMMP 1.0 ${REQ.replace(A, 'me')}>`)],
  ['BAD_ADDRESS', bytes(`<VMMP 1.0 ${REQ.replace(AT, 'ip4/127.0.0.1')}>`)],
  ['BAD_ADDRESS', bytes(`<VMMP 1.0 ${REQ.replace(AT, `/${'a'.repeat(512)}`)}>`)],
  ['BAD_OUTCOME', bytes(`<VMMP 1.0 RESP ${M} 4 success>`)],
  ['TRAILING_BYTES', bytes(`<VMMP 1.0 HEARTBEAT ${M}>\n`)],
  ['TRAILING_BYTES', bytes(`<VMMP 1.0 HEARTBEAT ${M}><VMMP 1.0 HEARTBEAT ${M}>`)]
]

for (const [code, body] of REFUSED) {
  const shown = new TextDecoder().decode(body).trim().slice(0, 90)
  test(`${code}: ${JSON.stringify(shown)}`, () => {
    const parsed = parseVmmp(body)
    assert.ok(!parsed.ok && parsed.refusal.code === code, JSON.stringify(parsed))
    assert.ok(parsed.refusal.message.length > 5)
  })
}

test('every refusal code has a frame that meets it', () => {
  assert.deepEqual(new Set(REFUSED.map(([code]) => code)), new Set(VMMP_REFUSAL_CODES))
})

test('the specification lists exactly the refusal codes and the golden texts', () => {
  const spec = readFileSync(new URL('../../../../protocols/vmmp/SPEC.md', import.meta.url), 'utf8')
  for (const code of VMMP_REFUSAL_CODES) assert.ok(spec.includes(code), code)
  for (const [text] of GOLDEN) assert.ok(spec.includes(text), text)
})

test('63 and 64 methods are read, and a longest address', () => {
  for (const n of [63, METHODS_MAX]) {
    const methods = Array.from({ length: n }, () => 'ABCDEFGHIJKLMNOP')
    const message: VmmpMessage = { verb: 'RESULTS', machine: M, methods }
    assert.deepEqual(parseVmmp(encodeVmmp(message)), { ok: true, message })
  }
  const parsed = parseVmmp(bytes(`<VMMP 1.0 ${REQ.replace(AT, `/${'a'.repeat(511)}`)}>`))
  assert.ok(parsed.ok)
})

test('a conversation runs over a stream, and a stranger that talks otherwise is refused by code', async () => {
  const [left, right] = await streamPair({ delay: 0 })
  const requester = vmmpChannel(left)
  const destination = vmmpChannel(right)
  await requester.send({ verb: 'QUERY', machine: M })
  assert.deepEqual(await destination.receive(), {
    ok: true,
    message: { verb: 'QUERY', machine: M }
  })
  left.send(Uint8Array.of(2, 0x68, 0x69))
  const parsed = await destination.receive()
  assert.ok(parsed !== null && !parsed.ok && parsed.refusal.code === 'NOT_VMMP')
  await Promise.all([
    destination.finish({ verb: 'RESP', machine: M, version: 3, outcome: 'FAIL' }),
    requester.receive().then(() => requester.finish())
  ])
  assert.equal(right.status, 'closed')
})
