import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, type Configuration, PICODOLLARS_MAX } from '../../../ledger/index.ts'
import {
  assertRefused,
  BID,
  CONFIGURATION1,
  HOUR_MS,
  registeredMarket,
  startedMarket,
  storedMarket
} from './market.ts'

test('a registered machine has version 0, no holder and no clocks', () => {
  const { market, machine } = registeredMarket()
  const { state, version, holder, contract, root, billing } = market.machine(machine)
  assert.deepEqual([state, version, holder, contract, root], ['registered', 0, null, null, null])
  assert.deepEqual([billing.storageDueMs, billing.runningDueMs], [null, null])
})

test('a provider cannot use a verb of buyers', () => {
  const { market, machine } = registeredMarket()
  const verbs: Body[] = [
    { type: 'register-machine', configuration: CONFIGURATION1, bid: BID },
    { type: 'edit-machine', machine, configuration: CONFIGURATION1, bid: BID },
    { type: 'discard-machine', machine },
    { type: 'cancel-orders', machine, sequence: 7 },
    { type: 'abort-migration', machine, migration: 'any' }
  ]
  for (const body of verbs) {
    assertRefused(market.by('alex', body), 'WRONG_ACCOUNT_KIND', /only a buyer/)
  }
})

test('a buyer cannot act on a machine that is not theirs', () => {
  const { market, machine } = registeredMarket()
  market.open('mallory', 'buyer')
  const verbs: Body[] = [
    { type: 'edit-machine', machine, configuration: CONFIGURATION1, bid: BID },
    { type: 'discard-machine', machine },
    { type: 'cancel-orders', machine, sequence: 7 }
  ]
  for (const body of verbs) assertRefused(market.by('mallory', body), 'NOT_OWNER')
})

test('configuration and bid are edited while registered', () => {
  const { market, machine } = registeredMarket()
  const configuration = { ...CONFIGURATION1, memoryMb: 128 }
  const bid = { storagePer30Days: 1n, runningPerHour: 2n }
  assert.equal(market.by('buyer', { type: 'edit-machine', machine, configuration, bid }), null)
  assert.deepEqual(market.machine(machine).configuration, configuration)
  assert.deepEqual(market.machine(machine).bid, bid)
})

test('a machine that is stored can be neither edited nor discarded', () => {
  const { market, machine } = storedMarket()
  const edit: Body = { type: 'edit-machine', machine, configuration: CONFIGURATION1, bid: BID }
  assertRefused(market.by('buyer', edit), 'ILLEGAL_STATE', /registered.* is stored/)
  assertRefused(market.by('buyer', { type: 'discard-machine', machine }), 'ILLEGAL_STATE')
})

test('a registered machine can be discarded', () => {
  const { market, machine } = registeredMarket()
  assert.equal(market.by('buyer', { type: 'discard-machine', machine }), null)
  assert.equal(market.state.machine(machine), undefined)
})

const WRONG: readonly [string, Partial<Configuration>][] = [
  ['no name', { name: '' }],
  ['a name that moves the cursor', { name: 'x\r' }],
  ['a processor of 65 characters', { processor: 'p'.repeat(65) }],
  ['no operating system', { os: '' }],
  ['no memory', { memoryMb: 0 }],
  ['half a bogomips', { speed: 0.5 }],
  ['more storage than can be written', { storageMb: 2 ** 32 }]
]

for (const [what, changed] of WRONG)
  test(`a machine with ${what} is malformed`, () => {
    const { market, machine } = registeredMarket()
    const configuration = { ...CONFIGURATION1, ...changed }
    const register: Body = { type: 'register-machine', configuration, bid: BID }
    assertRefused(market.by('buyer', register), 'MACHINE_MALFORMED')
    const edit: Body = { type: 'edit-machine', machine, configuration, bid: BID }
    assertRefused(market.by('buyer', edit), 'MACHINE_MALFORMED')
  })

test('a bid is from nothing to what 16 bytes hold', () => {
  const { market } = registeredMarket()
  for (const [amount, ok] of [
    [-1n, false],
    [0n, true],
    [PICODOLLARS_MAX, true],
    [PICODOLLARS_MAX + 1n, false]
  ] as const) {
    const bid = { storagePer30Days: amount, runningPerHour: amount }
    const body: Body = { type: 'register-machine', configuration: CONFIGURATION1, bid }
    assert.equal(market.by('buyer', body)?.code, ok ? undefined : 'MACHINE_MALFORMED')
  }
})

test('cancelling raises the order sequence and never lowers it', () => {
  const { market, machine } = registeredMarket()
  assert.equal(market.by('buyer', { type: 'cancel-orders', machine, sequence: 5 }), null)
  for (const sequence of [4, 5]) {
    assertRefused(
      market.by('buyer', { type: 'cancel-orders', machine, sequence }),
      'ORDER_USED',
      /6/
    )
  }
  assert.equal(market.machine(machine).orderSequence, 5)
})

test('a machine that fell is stopped at the next version, and its clock stands', () => {
  const { market, machine, host } = startedMarket()
  market.after(HOUR_MS / 2)
  const fell: Body = { type: 'fell', machine, version: 1, root: 'what is left' }
  assert.equal(market.byHost(host, fell), null)
  const record = market.machine(machine)
  assert.deepEqual([record.state, record.version, record.root], ['stopped', 2, 'what is left'])
  const before = market.balance('buyer')
  market.after(24 * HOUR_MS)
  assert.equal(market.balance('buyer'), before)
  assertRefused(market.byHost(host, fell), 'ILLEGAL_STATE')
})

test('only the holder says that a machine fell, and of its present version', () => {
  const { market, machine, host } = startedMarket()
  const other = market.host('alex')
  const fell: Body = { type: 'fell', machine, version: 1, root: 'root' }
  assertRefused(market.byHost(other, fell), 'NOT_HOLDER')
  assertRefused(market.byHost(host, { ...fell, version: 0 }), 'STALE_VERSION', /at version 1/)
  assertRefused(market.byHost(host, { ...fell, machine: 'none' }), 'MACHINE_UNKNOWN')
})

test('a machine that is paid for is not suspended on the host alone', () => {
  const { market, machine, host } = startedMarket()
  const body: Body = { type: 'suspend-unpaid', machine, version: 1, root: 'root' }
  assertRefused(market.byHost(host, body), 'NOT_HALTED')
})

test('a machine that does not run is not suspended for want of money', () => {
  const { market, machine, host } = storedMarket()
  const body: Body = { type: 'suspend-unpaid', machine, version: 1, root: 'root' }
  assertRefused(market.byHost(host, body), 'ILLEGAL_STATE', /started/)
})
