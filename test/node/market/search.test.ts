import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeRunning, describeStorage, parseDollars } from '../../../ledger/index.ts'
import {
  CONSTRAINTS,
  type Match,
  match,
  type OfferEntry,
  type SearchResult,
  totalCost
} from '../../../node/market/index.ts'
import {
  bidOf,
  configurationOf,
  entryOf,
  type FigureConfiguration,
  loadFigures,
  NOW_MS
} from './figures.ts'

const figures = loadFigures()
const offers = figures.offers_figure33.map(entryOf)
const sold = [...figures.configurations, ...figures.preconfigured]

for (const { figure, configuration, bid, result } of figures.searches)
  test(`figure ${figure}: the search lists the hosts and prices of 2004`, () => {
    const found = match(offers, named(configuration), bidOf(bid), { nowMs: NOW_MS })
    assert.deepEqual(found.matches.map(printed).sort(byName), [...result].sort(byName))
    assert.equal(found.matches.length + found.refused.length, offers.length)
  })

test('the cheapest host over 30 days comes first, and equal prices go by name', () => {
  const { matches } = search({ storagePerMonth: '60', runningPerHour: '10.119574' }, 'win2000Pro')
  const costs = matches.map(({ rate }) => totalCost(rate))
  assert.deepEqual(
    costs,
    [...costs].sort((a, b) => (a < b ? -1 : 1))
  )
  assert.deepEqual(matches.slice(0, 3).map(nameOf), ['virt17', 'virt18', 'virt19'])
  assert.equal(matches.map(nameOf).at(-1), 'virt8')
})

test('a match says why it fits, with the figures', () => {
  const { matches } = search({ storagePerMonth: '3', runningPerHour: '0.064386' })
  assert.deepEqual(matches.find(found => nameOf(found) === 'virt17')?.reasons, [
    'storage 3 of at most 3 per 30 days',
    'running 0.002016 of at most 0.064386 per hour',
    'processor pentium3 runs Pentium3',
    'speed 4000 of 6000 bogomips free',
    'memory 64 of 1372 MB free',
    'disk 100 of 9800 MB free'
  ])
})

test('a bid one picodollar below the price finds nobody, at the price it does', () => {
  const at = { storagePer30Days: parseDollars('3'), runningPerHour: parseDollars('0.002016') }
  const below = { ...at, runningPerHour: at.runningPerHour - 1n }
  const found = (bid: typeof at): number =>
    match(offers, named('Configuration1'), bid, { nowMs: NOW_MS }).matches.length
  assert.deepEqual([found(below), found(at)], [0, 10])
})

test('an empty search names what failed most offers and the nearest bid, which then finds hosts', () => {
  const empty = search({ storagePerMonth: '0.0001', runningPerHour: '0.119574' }, 'win2000Pro')
  assert.equal(
    empty.advice,
    'storage-price rules out 20 of 20 offers: the nearest bid that finds a host is 30 per 30 days and 0.119574 per hour'
  )
  assert.ok(empty.nearest)
  const again = match(offers, named('win2000Pro'), empty.nearest, { nowMs: NOW_MS })
  assert.ok(again.matches.length > 0)
})

test('when no price would help, the advice names the resource and no bid', () => {
  const huge = { ...named('Configuration1'), speed: 98_001 }
  const empty = match(offers, huge, bidOf({ storagePerMonth: '99', runningPerHour: '99' }), {
    nowMs: NOW_MS
  })
  assert.equal(empty.nearest, null)
  assert.equal(empty.advice, 'speed rules out 20 of 20 offers: ask for less speed')
})

test('a market without offers says so', () => {
  const empty = match([], named('Configuration1'), bidOf(generous), { nowMs: NOW_MS })
  assert.match(empty.advice ?? '', /^no provider has an offer here yet/)
})

const generous = { storagePerMonth: '60', runningPerHour: '10' }
const image = 'ab'.repeat(32)

/** One offer each that fails exactly one constraint; the table must name every constraint there is. */
const lacking: Record<(typeof CONSTRAINTS)[number], [OfferEntry, string]> = {
  expired: [altered({ expiresAtMs: NOW_MS }), 'the offer ended 0 s ago'],
  processor: [altered({ processor: 'sparc' }), 'a sparc does not run what is made for Pentium3'],
  speed: [
    altered({ free: room(3999, 64, 100) }),
    '4000 bogomips of speed wanted, 3999 bogomips free'
  ],
  memory: [altered({ free: room(4000, 63, 100) }), '64 MB of memory wanted, 63 MB free'],
  storage: [altered({ free: room(4000, 64, 99) }), '100 MB of storage wanted, 99 MB free'],
  image: [altered({ images: [] }), 'the host does not have the image abababababab'],
  'storage-price': [
    priced({ storagePrice: parseDollars('2.001') }),
    'storage costs 60.03 per 30 days, the bid is 60'
  ],
  'running-price': [
    priced({ speedPrice: parseDollars('1') }),
    'running costs 14400.000576 per hour, the bid is 10'
  ]
}

for (const constraint of CONSTRAINTS)
  test(`an offer that fails only ${constraint} is refused for it, with the numbers`, () => {
    const [entry, message] = lacking[constraint]
    const wanted = { ...named('Configuration1'), image }
    const { matches, refused } = match([entry], wanted, bidOf(generous), { nowMs: NOW_MS })
    assert.equal(matches.length, 0)
    assert.deepEqual(refused[0]?.failures, [{ constraint, message }])
  })

test('an offer that just meets every constraint matches', () => {
  const exact = altered({ free: room(4000, 64, 100), expiresAtMs: NOW_MS + 1 })
  const wanted = { ...named('Configuration1'), image }
  assert.equal(match([exact], wanted, bidOf(generous), { nowMs: NOW_MS }).matches.length, 1)
})

function search(bid: Parameters<typeof bidOf>[0], name = 'Configuration1'): SearchResult {
  return match(offers, named(name), bidOf(bid), { nowMs: NOW_MS })
}

function named(name: string): ReturnType<typeof configurationOf> {
  return configurationOf(sold.find(one => one.name === name) as FigureConfiguration)
}

function altered(change: Partial<OfferEntry['signed']['offer']>): OfferEntry {
  const first = figures.offers_figure33.findIndex(({ name }) => name === 'virt5')
  const entry = offers[first] as OfferEntry
  const offer = { ...entry.signed.offer, images: [image], ...change }
  return { ...entry, signed: { ...entry.signed, offer } }
}

function priced(change: Partial<OfferEntry['signed']['offer']['prices']>): OfferEntry {
  return altered({ prices: { ...altered({}).signed.offer.prices, ...change } })
}

function room(
  speed: number,
  memoryMb: number,
  storageMb: number
): OfferEntry['signed']['offer']['free'] {
  return { speed, memoryMb, storageMb }
}

function nameOf({ entry }: Match): string {
  return entry.signed.offer.name
}

function printed(found: Match): { name: string; storage: string; running: string } {
  const { contract } = found
  return {
    name: nameOf(found),
    storage: describeStorage(contract),
    running: describeRunning(contract)
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}
