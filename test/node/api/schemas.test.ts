import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInput } from '../../../node/api-server/index.ts'

const parse = (method: Parameters<typeof parseInput>[0], value: unknown): unknown =>
  parseInput(method, JSON.stringify(value))

test('a misspelt field inside a bid is refused by name', () => {
  assert.throws(() => parse('machine.create', { configuration: 'mini', bid: { storage: '3' } }), {
    code: 'INPUT_INVALID',
    message: /storage/
  })
})

test('amounts are dollars with at most twelve decimals, never numbers', () => {
  const withLimit = (spendLimit: unknown): unknown =>
    parse('machine.start', { machine: 'web1', spendLimit })
  assert.deepEqual(withLimit('0.000000000001'), { machine: 'web1', spendLimit: '0.000000000001' })
  for (const bad of ['0.0000000000001', '-1', '1e3', '.5', '', 3]) {
    assert.throws(() => withLimit(bad), { code: 'INPUT_INVALID' }, String(bad))
  }
})

test('a name has 1 to 128 characters', () => {
  assert.throws(() => parse('machine.show', { machine: '' }), { code: 'INPUT_INVALID' })
  assert.deepEqual(parse('machine.show', { machine: 'm'.repeat(128) }), {
    machine: 'm'.repeat(128)
  })
  assert.throws(() => parse('machine.show', { machine: 'm'.repeat(129) }), {
    code: 'INPUT_INVALID'
  })
})

test('a missing field is refused by name', () => {
  assert.throws(() => parse('machine.move', { machine: 'web1' }), { message: /host/ })
})

test('null does not stand for an absent option', () => {
  assert.throws(() => parse('account.show', { account: null }), { code: 'INPUT_INVALID' })
  assert.deepEqual(parse('account.show', {}), {})
})
