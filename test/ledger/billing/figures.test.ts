import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  formatDollars,
  formatRate,
  nextDebits,
  type Prices,
  parseDollars,
  runningCostPerSecond,
  runwayDays,
  storageCostPerDay
} from '../../../ledger/index.ts'
import { ALEX_PRICES, CONFIGURATION1, DAY_MS, HOUR_MS, Market, START_MS } from '../apply/market.ts'

interface BillingFigures {
  readonly billing: { readonly sequence: readonly { readonly buyer: string }[] }
}

const file = new URL('../../../../test/vectors/figures.json', import.meta.url)
const { billing } = JSON.parse(readFileSync(file, 'utf8')) as BillingFigures

/** The machine called 50 is win2000Pro (figure 32): 0.000000001 / 10 days and 0.000000001 / 3600 seconds. */
const MACHINE_50 = { ...CONFIGURATION1, name: '50', memoryMb: 256, storageMb: 1_000 }
const PRICES_50: Prices = {
  ...ALEX_PRICES,
  speedUnit: 14_400,
  speedPrice: 1n,
  memoryPrice: 0n,
  storagePrice: 10n,
  storagePeriodDays: 10
}

/** The events of `billing.sequence`, with the buyer's balance after each. */
function figureMarket(): { market: Market; balances: string[] } {
  const market = new Market()
  const balances: string[] = []
  const note = (): number => balances.push(formatDollars(market.balance('ResourceBuyer')))
  market.open('ResourceBuyer', 'buyer')
  note()
  market.open('alex', 'provider')
  market.open('RsrcProvider', 'provider')
  const virt17 = market.host('alex')
  const virt8 = market.host('RsrcProvider')
  const first = market.register('ResourceBuyer')
  const fifty = market.register('ResourceBuyer', MACHINE_50)
  assert.equal(market.do(first, 'store', virt17), null)
  note()
  assert.equal(market.do(first, 'start', virt17), null)
  note()
  const offer = market.offer(virt8, { prices: PRICES_50 })
  assert.equal(market.do(fifty, 'store', virt8, { offer }), null)
  note()
  assert.equal(market.do(fifty, 'start', virt8), null)
  note()
  return { market, balances }
}

test('the balances are those of the 2004 figures after every event', () => {
  const { market, balances } = figureMarket()
  assert.deepEqual(
    balances,
    billing.sequence.map(({ buyer }) => buyer)
  )
  assert.equal(formatDollars(market.balance('RsrcProvider')), '1000.000000002')
  assert.equal(formatDollars(market.balance('alex')), '1003.002016')
})

test('costs per day and second are those of figures 22, 23 and 32', () => {
  const { market } = figureMarket()
  const machines = market.state.machines('ResourceBuyer')
  const day = storageCostPerDay(machines)
  assert.equal(formatRate(day.numerator, day.denominator, 15), '0.1000000001')
  const fifty = machines.filter(({ configuration }) => configuration.name === '50')
  const second = runningCostPerSecond(fifty)
  assert.equal(formatRate(second.numerator, second.denominator, 15), '2.77777777777778e-13')
  const income = storageCostPerDay(fifty)
  assert.equal(formatRate(income.numerator, income.denominator, 15), '1e-10')
})

test('a machine that does not run costs nothing per second', () => {
  const { market } = figureMarket()
  const [machine] = market.state.machines('ResourceBuyer')
  assert.ok(machine !== undefined)
  const host = market.hostNow(machine.holder ?? '')
  assert.equal(market.do(machine.uuid, 'stop', host), null)
  const costs = runningCostPerSecond([market.machine(machine.uuid)])
  assert.deepEqual(costs, { numerator: 0n, denominator: 1n })
})

test('the next debits come soonest first, with their amounts', () => {
  const { market } = figureMarket()
  const debits = nextDebits(market.state, market.state.machines('ResourceBuyer'))
  assert.deepEqual(
    debits.map(({ kind, atMs, amount }) => [kind, atMs - START_MS, formatDollars(amount)]),
    [
      ['running', HOUR_MS, '0.002016'],
      ['running', HOUR_MS, '0.000000001'],
      ['storage', 10 * DAY_MS, '0.000000001'],
      ['storage', 30 * DAY_MS, '3']
    ]
  )
})

test('the runway is the balance over what all machines cost in a day', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  market.open('alex', 'provider')
  const host = market.host('alex')
  const machine = market.register('buyer')
  assert.equal(runwayDays(parseDollars('1000'), market.state.machines()), null)
  assert.equal(market.do(machine, 'store', host), null)
  const stored = runwayDays(parseDollars('997'), market.state.machines())
  assert.deepEqual(stored, { numerator: 9_970n, denominator: 1n })
  assert.equal(market.do(machine, 'start', host), null)
  // 0.1 a day for storage and 24 x 0.002016 for running
  const running = runwayDays(parseDollars('148.384'), market.state.machines())
  assert.deepEqual(running, { numerator: 1_000n, denominator: 1n })
})
