import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REJECTION_CODES } from '../../../ledger/index.ts'
import { ApiError } from '../../../node/api/index.ts'
import { bidFrom, dollars } from '../../../node/service/machines.ts'
import { findByName, ownMachine } from '../../../node/service/names.ts'
import { refuseByCode } from '../../../node/service/refuse.ts'
import { HOST_REFUSAL_CODES } from '../../../protocols/order/refusals.ts'
import { storedMarket } from '../../ledger/apply/market.ts'

const HOSTS = [
  { uuid: '0a11ce00-0000-8000-8000-000000000001', name: 'virt1' },
  { uuid: '0b0b0000-0000-8000-8000-000000000002', name: 'virt17' },
  { uuid: '0b0bcafe-0000-8000-8000-000000000003', name: 'mill' }
]
const find = (wanted: string) => findByName('host', wanted, HOSTS, host => host.name).name

test('an exact name wins over names that begin with it', () => {
  assert.equal(find('virt1'), 'virt1')
  assert.equal(find('virt17'), 'virt17')
})

test('a beginning of a name or of a UUID is enough while it is the only one', () => {
  assert.equal(find('mi'), 'mill')
  assert.equal(find('0A11'), 'virt1')
})

test('an ambiguous beginning is refused with the candidates, not guessed', () => {
  assert.throws(() => find('0b0b'), refusal('AMBIGUOUS', 'not-found', /virt17 .*mill/))
})

test('nothing is found by an empty name or a strange one', () => {
  assert.throws(() => find(''), refusal('NOT_FOUND', 'not-found', /no host/))
  assert.throws(() => find('virt2'), refusal('NOT_FOUND', 'not-found', /virt2/))
})

test("somebody else's machine is refused as not ours rather than as unknown", () => {
  const { market, machine, host } = storedMarket()
  assert.throws(
    () => ownMachine(market.state, host.owner, machine),
    refusal('NOT_OWNER', 'denied', /belongs to/)
  )
})

test('an amount that cannot be read is a usage error that says which one', () => {
  assert.equal(dollars('0.000000000001', 'bid'), 1n)
  for (const text of ['', '-1', '1,5', '0.0000000000001', 'NaN']) {
    assert.throws(() => dollars(text, 'storage bid'), refusal(null, 'usage', /^storage bid: /))
  }
})

test('half a bid is filled up from the average, and without one it is asked for', () => {
  const average = { storagePer30Days: 7n, runningPerHour: 9n }
  assert.deepEqual(bidFrom({ storagePer30Days: '1' }, average), {
    storagePer30Days: 1_000_000_000_000n,
    runningPerHour: 9n
  })
  assert.throws(() => bidFrom({}, null), refusal('BID_MISSING', 'usage', /average/))
})

test('every code of the ledger and of a host reaches the caller with a class and its sentence', () => {
  for (const code of [...REJECTION_CODES, ...HOST_REFUSAL_CODES]) {
    const error = refuseByCode(code, 'because')
    assert.equal(error.code, code)
    assert.equal(error.message, 'because')
    assert.notEqual(error.class, 'usage', code)
  }
  assert.equal(refuseByCode('INSUFFICIENT_FUNDS', '').class, 'denied')
  assert.equal(refuseByCode('MACHINE_UNKNOWN', '').class, 'not-found')
  assert.equal(refuseByCode('LEDGER_UNREACHABLE', '').class, 'unreachable')
  assert.equal(refuseByCode('NO_CAPACITY', '').class, 'failed')
})

function refusal(code: string | null, errorClass: string, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ApiError)
    if (code !== null) assert.equal(error.code, code)
    assert.equal(error.class, errorClass)
    assert.match(error.message, message)
    return true
  }
}
