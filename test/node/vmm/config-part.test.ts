import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeConfig, encodeConfig, type MachineSpec, VmmError } from '../../../node/vmm/index.ts'

const SPEC: MachineSpec = {
  uuid: '00000000-0000-8000-8000-000000000001',
  configuration: {
    name: 'größe',
    processor: 'any',
    os: 'Debian',
    speed: 100,
    memoryMb: 128,
    storageMb: 101,
    image: null
  }
}

const BYTES = Buffer.from(
  '{"configuration":{"image":null,"memoryMb":128,"name":"größe","os":"Debian","processor":"any",' +
    '"speed":100,"storageMb":101},"uuid":"00000000-0000-8000-8000-000000000001"}\n'
)

test('config-1 has the same bytes on every host and reads back', () => {
  assert.deepEqual(Buffer.from(encodeConfig(SPEC)), BYTES)
  assert.deepEqual(decodeConfig(BYTES), SPEC)
})

test('a configuration with another spelling, a missing field or too many bytes is malformed', () => {
  const malformed = (error: unknown): boolean =>
    error instanceof VmmError && error.code === 'CONTENT_MALFORMED'
  const text = BYTES.toString()
  for (const bad of [
    `${text} `,
    text.replace('"speed":100', '"speed":1e2'),
    text.replace('"speed":100,', ''),
    text.replace('128', '-1'),
    'x'.repeat(16385)
  ]) {
    assert.throws(() => decodeConfig(Buffer.from(bad)), malformed)
  }
})
