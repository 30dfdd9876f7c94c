import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatDollars,
  type Genesis,
  type HostRecord,
  isAliveDue,
  isSilent,
  nextDueAtMs,
  parseDollars,
  runningDueAtMs,
  uptimeOf
} from '../../../ledger/index.ts'
import {
  ALEX_PRICES,
  assertRefused,
  GENESIS,
  HOUR_MS,
  Market,
  START_MS,
  type Stored
} from '../apply/market.ts'

/** A period that the start of the market is a whole number of. */
const PERIOD_MS = 100_000
const LEASE_MS = 30_000
const SILENT_AFTER_MS = 4 * PERIOD_MS
const PRICE = parseDollars('0.002016')

test('a host is silent after three whole periods without an alive record, and not before', () => {
  const { market, host } = runningMarket()
  market.idleTo(START_MS + SILENT_AFTER_MS - 1)
  assert.equal(isSilent(market.state, host), false)
  market.after(1)
  assert.equal(isSilent(market.state, host), true)
})

test('the period counts in which a host was heard, not the moment', () => {
  const { market, host } = runningMarket()
  market.idleTo(START_MS + PERIOD_MS + 1)
  assert.equal(market.alive(host), null)
  market.idleTo(START_MS + PERIOD_MS + SILENT_AFTER_MS - 1)
  assert.equal(isSilent(market.state, market.hostNow(host.uuid)), false)
  market.after(1)
  assert.equal(isSilent(market.state, market.hostNow(host.uuid)), true)
})

test('one alive record of a host passes in a period, and uses no nonce', () => {
  const { market, host } = runningMarket()
  assertRefused(market.alive(host), 'INVALID_ALIVE', /was heard in this period/)
  market.idleTo(START_MS + PERIOD_MS - 1)
  assert.equal(isAliveDue(market.state, host), false)
  assertRefused(market.alive(host), 'INVALID_ALIVE', /was heard in this period/)
  market.after(1)
  assert.equal(isAliveDue(market.state, host), true)
  const { nonce } = market.hostNow(host.uuid)
  assert.equal(market.alive(host), null)
  assert.equal(market.hostNow(host.uuid).nonce, nonce)
  assertRefused(market.alive(host), 'INVALID_ALIVE')
})

test('the height of an alive record grows, up to that of its block', () => {
  const { market, host } = runningMarket()
  market.idleTo(START_MS + PERIOD_MS)
  const { height } = market.state
  assertRefused(market.alive(host, height + 1), 'INVALID_ALIVE', /not after 0 and up to/)
  assertRefused(market.alive(host, 0), 'INVALID_ALIVE', /not after 0/)
  assert.equal(market.alive(host, height), null)
  market.idleTo(START_MS + 2 * PERIOD_MS)
  assertRefused(market.alive(host, height), 'INVALID_ALIVE', new RegExp(`not after ${height}`))
  assert.equal(market.alive(host, height + 1), null)
})

test('an alive record has no nonce and is signed by a host', () => {
  const { market, host } = runningMarket()
  market.idleTo(START_MS + PERIOD_MS)
  const body = { type: 'alive', height: market.state.height } as const
  assertRefused(market.by('alex', body), 'INVALID_SIGNER', /a host, not an account/)
  const numbered = market.send({ kind: 'host', id: host.uuid }, body, { nonce: 1 })
  assertRefused(numbered, 'INVALID_NONCE', /has nonce 0/)
})

test('while a host is silent its running clocks stand, and the rest of the slice survives', () => {
  const { market, host, machine } = runningMarket()
  market.idleTo(START_MS + 3 * HOUR_MS)
  // Heard last in the first period: silent from the end of the fourth on.
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  assert.equal(runningDueAtMs(market.state, market.machine(machine)), null)
  assert.equal(market.alive(host), null)
  const leftMs = HOUR_MS - SILENT_AFTER_MS
  const dueMs = START_MS + 3 * HOUR_MS + leftMs
  assert.equal(runningDueAtMs(market.state, market.machine(machine)), dueMs)
  market.aliveTo(dueMs - 1, host)
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  market.after(1)
  assert.equal(market.balance('buyer'), parseDollars('997') - 2n * PRICE)
})

test('a machine that is stopped in the silence has as credit what was left when it began', () => {
  const { market, host, machine } = runningMarket()
  market.idleTo(START_MS + 3 * HOUR_MS)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.machine(machine).billing.runningCreditMs, HOUR_MS - SILENT_AFTER_MS)
})

test('a period that begins at the very moment of silence is charged, and is whole afterwards', () => {
  for (const [periodS, charged] of [
    [SILENT_AFTER_MS / 1_000, 2n],
    [SILENT_AFTER_MS / 1_000 - 1, 2n],
    [SILENT_AFTER_MS / 1_000 + 1, 1n]
  ] as const) {
    const { market, machine } = runningMarket(periodS)
    const price = market.machine(machine).contract?.runningPrice ?? 0n
    market.idleTo(START_MS + 2 * HOUR_MS)
    assert.equal(market.machine(machine).billing.spent, charged * price, `${periodS} s`)
  }
})

test('silence ends no contract, and storage is charged through it', () => {
  const { market, machine } = runningMarket()
  market.idleTo(START_MS + 31 * 24 * HOUR_MS, HOUR_MS / 4)
  assert.equal(market.machine(machine).state, 'started')
  assert.equal(formatDollars(market.balance('alex')), '1006.002016')
})

test('a gap of a lease between blocks is running time, what exceeds it is not', () => {
  for (const [gapMs, stoodStillMs] of [
    [LEASE_MS - 1, 0],
    [LEASE_MS, 0],
    [LEASE_MS + 1, 1],
    [HOUR_MS, HOUR_MS - LEASE_MS]
  ] as const) {
    const { market, machine } = runningMarket()
    const dueMs = runningDueAtMs(market.state, market.machine(machine)) ?? 0
    market.after(gapMs)
    assert.equal(market.state.standstillMs, stoodStillMs)
    assert.equal(uptimeOf(market.state), market.state.timeMs - stoodStillMs)
    assert.equal(
      runningDueAtMs(market.state, market.machine(machine)),
      dueMs + stoodStillMs,
      `a gap of ${gapMs} ms`
    )
  }
})

test('a standstill is nobody’s silence, and the slice goes on where it stood', () => {
  const { market, host } = runningMarket()
  market.after(10 * HOUR_MS)
  assert.equal(isSilent(market.state, host), false)
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  const dueMs = START_MS + 10 * HOUR_MS + HOUR_MS - LEASE_MS
  // Unless it is heard again, the host will be silent before its next charge.
  assert.equal(nextDueAtMs(market.state), START_MS + 30 * 24 * HOUR_MS)
  market.aliveTo(dueMs - 1, host)
  assert.equal(nextDueAtMs(market.state), dueMs)
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  market.after(1)
  assert.equal(market.balance('buyer'), parseDollars('997') - 2n * PRICE)
})

test('storage that falls due while the ledger stands is charged at its due', () => {
  const { market } = runningMarket()
  market.after(31 * 24 * HOUR_MS)
  assert.equal(formatDollars(market.balance('alex')), '1006.002016')
  assert.equal(nextDueAtMs(market.state), START_MS + 60 * 24 * HOUR_MS)
})

test('a host that is silent when its machine starts is charged one slice and no more', () => {
  const { market, host, machine } = livelyMarket()
  market.idleTo(START_MS + HOUR_MS)
  assert.equal(market.do(machine, 'start', host), null)
  market.idleTo(START_MS + 5 * HOUR_MS)
  assert.equal(market.machine(machine).billing.spent, PRICE)
  assert.equal(market.alive(host), null)
  market.aliveTo(START_MS + 6 * HOUR_MS - 1, host)
  assert.equal(market.machine(machine).billing.spent, PRICE)
  market.after(1)
  assert.equal(market.machine(machine).billing.spent, 2n * PRICE)
})

/** A market in which blocks come within the lease, and hosts may fall silent. */
class LivelyMarket extends Market {
  alive(host: HostRecord, height: number = this.state.height) {
    return this.byHost(host, { type: 'alive', height })
  }

  /** Blocks up to `timeMs`, in which nobody says anything. */
  idleTo(timeMs: number, everyMs: number = LEASE_MS): void {
    while (this.state.timeMs < timeMs) this.after(Math.min(everyMs, timeMs - this.state.timeMs))
  }

  /** Blocks up to `timeMs`, in which the host is heard whenever it may be. */
  aliveTo(timeMs: number, host: HostRecord): void {
    while (this.state.timeMs < timeMs) {
      this.after(Math.min(LEASE_MS, timeMs - this.state.timeMs))
      if (isAliveDue(this.state, this.hostNow(host.uuid))) assert.equal(this.alive(host), null)
    }
  }
}

const LIVELY: Genesis = {
  ...GENESIS,
  parameters: { ...GENESIS.parameters, alivePeriodMs: PERIOD_MS, leaseMs: LEASE_MS }
}

function livelyMarket(runningPeriodS = 3_600): Stored & { readonly market: LivelyMarket } {
  const market = new LivelyMarket(LIVELY)
  market.open('buyer', 'buyer')
  market.open('alex', 'provider')
  const host = market.host('alex')
  const machine = market.register('buyer')
  const prices = { ...ALEX_PRICES, runningPeriodS }
  const offer = market.offer(host, { prices })
  assert.equal(market.do(machine, 'store', host, { offer }), null)
  return { market, machine, host }
}

/** Heard, stored and started at the beginning of a period. */
function runningMarket(runningPeriodS = 3_600): Stored & { readonly market: LivelyMarket } {
  const lively = livelyMarket(runningPeriodS)
  assert.equal(lively.market.do(lively.machine, 'start', lively.host), null)
  return lively
}
