import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AMOUNT_OF_RESOURCE_MAX,
  bidMeets,
  type Contract,
  checkPrices,
  contractOf,
  describeRunning,
  describeStorage,
  fits,
  type Prices,
  parseDollars,
  rateOf,
  runsOn,
  UNIT_PRICE_MAX
} from '../../../ledger/index.ts'
import { configurationOf, entryOf, loadFigures } from '../../node/market/figures.ts'
import { ALEX_PRICES, CONFIGURATION1 } from '../apply/market.ts'

const figures = loadFigures()

for (const { figure, configuration, result } of figures.searches)
  for (const { name, storage, running } of result)
    test(`figure ${figure}: ${name} stores ${configuration} at ${storage} and runs it at ${running}`, () => {
      const contract = figureContract(name, configuration)
      assert.equal(describeStorage(contract), storage)
      assert.equal(describeRunning(contract), running)
    })

test('a fraction of a unit is charged as a fraction', () => {
  const half = { ...CONFIGURATION1, storageMb: 50 }
  assert.equal(describeStorage(contractWith(ALEX_PRICES, half)), '1.5 / 30 days')
})

test('a price is rounded up to the next picodollar, once', () => {
  const prices = { ...ALEX_PRICES, storageUnitMb: 3_000, storagePrice: 1n, storagePeriodDays: 1 }
  assert.equal(contractWith(prices, { ...CONFIGURATION1, storageMb: 1 }).storagePrice, 1n)
  assert.equal(contractWith(prices, { ...CONFIGURATION1, storageMb: 3_001 }).storagePrice, 2n)
  const thirds = { ...ALEX_PRICES, speedUnit: 3, speedPrice: 1n, memoryUnitMb: 3, memoryPrice: 1n }
  const one = { ...CONFIGURATION1, speed: 1, memoryMb: 1 }
  assert.equal(contractWith({ ...thirds, runningPeriodS: 60 }, one).runningPrice, 40n)
  assert.equal(contractWith({ ...thirds, runningPeriodS: 61 }, one).runningPrice, 41n)
})

test('rates are over 30 days and one hour, rounded up', () => {
  const contract = { ...contractWith(ALEX_PRICES, CONFIGURATION1), storagePeriodDays: 7 }
  const rate = rateOf({ ...contract, storagePrice: 1n, runningPrice: 7n, runningPeriodS: 7_200 })
  assert.deepEqual(rate, { storagePer30Days: 5n, runningPerHour: 4n })
})

test('a bid equal to the rate is met and one picodollar less is not', () => {
  const contract = contractWith(ALEX_PRICES, CONFIGURATION1)
  const { storagePer30Days, runningPerHour } = rateOf(contract)
  assert.equal(bidMeets(contract, { storagePer30Days, runningPerHour }), true)
  assert.equal(
    bidMeets(contract, { storagePer30Days: storagePer30Days - 1n, runningPerHour }),
    false
  )
  assert.equal(bidMeets(contract, { storagePer30Days, runningPerHour: runningPerHour - 1n }), false)
})

const BOUNDS: readonly [keyof Prices, number, number][] = [
  ['storagePeriodDays', 1, 31],
  ['runningPeriodS', 60, 86_400],
  ['speedUnit', 1, AMOUNT_OF_RESOURCE_MAX],
  ['memoryUnitMb', 1, AMOUNT_OF_RESOURCE_MAX],
  ['storageUnitMb', 1, AMOUNT_OF_RESOURCE_MAX]
]

for (const [field, min, max] of BOUNDS)
  test(`${field} may be ${min} to ${max} and a whole number`, () => {
    assert.equal(checkPrices({ ...ALEX_PRICES, [field]: min }), null)
    assert.equal(checkPrices({ ...ALEX_PRICES, [field]: max }), null)
    assert.match(checkPrices({ ...ALEX_PRICES, [field]: min - 1 }) ?? '', new RegExp(`${min - 1}`))
    assert.match(checkPrices({ ...ALEX_PRICES, [field]: max + 1 }) ?? '', new RegExp(`${max + 1}`))
    assert.notEqual(checkPrices({ ...ALEX_PRICES, [field]: min + 0.5 }), null)
    assert.notEqual(checkPrices({ ...ALEX_PRICES, [field]: Number.NaN }), null)
  })

for (const field of ['speedPrice', 'memoryPrice', 'storagePrice'] as const)
  test(`${field} may be 0 to a million dollars`, () => {
    assert.equal(checkPrices({ ...ALEX_PRICES, [field]: 0n }), null)
    assert.equal(checkPrices({ ...ALEX_PRICES, [field]: UNIT_PRICE_MAX }), null)
    assert.match(checkPrices({ ...ALEX_PRICES, [field]: -1n }) ?? '', /from 0 to 1000000/)
    assert.match(checkPrices({ ...ALEX_PRICES, [field]: UNIT_PRICE_MAX + 1n }) ?? '', /from 0/)
  })

test('the largest prices of the largest machine stay far inside 16 bytes', () => {
  const prices: Prices = {
    ...ALEX_PRICES,
    speedUnit: 1,
    memoryUnitMb: 1,
    storageUnitMb: 1,
    speedPrice: UNIT_PRICE_MAX,
    memoryPrice: UNIT_PRICE_MAX,
    storagePrice: UNIT_PRICE_MAX,
    runningPeriodS: 86_400,
    storagePeriodDays: 31
  }
  const most = AMOUNT_OF_RESOURCE_MAX
  const contract = contractWith(prices, {
    ...CONFIGURATION1,
    speed: most,
    memoryMb: most,
    storageMb: most
  })
  assert.ok(contract.runningPrice < 2n ** 112n)
  assert.ok(contract.storagePrice < 2n ** 112n)
})

test('a machine fits where every resource suffices to the last unit', () => {
  const free = { speed: 4_000, memoryMb: 64, storageMb: 100 }
  assert.equal(fits(free, CONFIGURATION1), true)
  for (const field of ['speed', 'memoryMb', 'storageMb'] as const) {
    assert.equal(fits({ ...free, [field]: free[field] - 1 }, CONFIGURATION1), false)
  }
})

test('processors match whatever their letter case, and x86-64 runs what is older', () => {
  assert.equal(runsOn('pentium3', 'Pentium3'), true)
  assert.equal(runsOn('x86-64', 'Pentium3'), true)
  assert.equal(runsOn('x86-64', 'i386'), true)
  assert.equal(runsOn('aarch64', 'any'), true)
  assert.equal(runsOn('pentium3', 'x86-64'), false)
  assert.equal(runsOn('x86-64', 'aarch64'), false)
  assert.equal(runsOn('pentium3', 'pentium4'), false)
})

function contractWith(prices: Prices, configuration: typeof CONFIGURATION1): Contract {
  const offer = figures.offers_figure33[0]
  assert.ok(offer !== undefined)
  return contractOf({ ...entryOf(offer, 1).signed.offer, prices }, 'hash', configuration)
}

function figureContract(name: string, configuration: string): Contract {
  const offer = figures.offers_figure33.find(row => row.name === name)
  const sold = [...figures.configurations, ...figures.preconfigured].find(
    row => row.name === configuration
  )
  assert.ok(offer !== undefined && sold !== undefined)
  return contractOf(entryOf(offer, 1).signed.offer, 'hash', configurationOf(sold))
}

test('a contract names its host and the offer it comes from', () => {
  const contract = contractWith(ALEX_PRICES, CONFIGURATION1)
  assert.equal(contract.offer, 'hash')
  assert.equal(contract.runningPrice, parseDollars('0.002016'))
})
