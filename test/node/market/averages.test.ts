import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Averages, averages, catalogue, DEBIAN_MINI_NAME } from '../../../node/market/index.ts'
import {
  bidOf,
  configurationOf,
  entryOf,
  type FigureOffer,
  loadFigures,
  NOW_MS
} from './figures.ts'

const figures = loadFigures()

for (const figure of figures.averages_figure6.cases)
  test(`figure 6: the average price of ${figure.speed} bogomips, ${figure.memory} MB, ${figure.storage} MB`, () => {
    const wanted = configurationOf({ name: 'one', processor: 'Pentium3', os: 'any', ...figure })
    const offers = [
      ...Array.from({ length: figure.alex }, () => offerLike('virt5')),
      ...Array.from({ length: figure.peter }, () => offerLike('virt14')),
      offerLike('virt1')
    ].map(entryOf)
    assert.deepEqual(averages(offers, [wanted], new Map(), { nowMs: NOW_MS }).get('one'), {
      ...bidOf(figure),
      providers: figure.alex + figure.peter,
      asOfMs: NOW_MS
    })
  })

test('when nobody can host a configuration any more its price stays, with its age', () => {
  const wanted = catalogue([]).map(({ configuration }) => configuration)
  const offers = [entryOf(offerLike('virt5'), 1)]
  const before = averages(offers, wanted, new Map(), { nowMs: NOW_MS })
  const after = averages(offers, wanted, before, { nowMs: NOW_MS + 3_600_000 })
  assert.equal(before.size, 10)
  assert.deepEqual(after.get('Configuration1'), { ...before.get('Configuration1'), providers: 0 })
  assert.equal(after.get('Configuration1')?.asOfMs, NOW_MS)
})

test('a configuration that nobody could ever host has no average', () => {
  const none: Averages = averages(
    [],
    catalogue([]).map(item => item.configuration),
    new Map(),
    {
      nowMs: NOW_MS
    }
  )
  assert.equal(none.size, 0)
})

test('the catalogue holds the ten standard configurations of 2004', () => {
  const standard = catalogue([]).map(({ configuration }) => configuration)
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
  assert.deepEqual(
    [...standard].sort(byName),
    figures.configurations.map(configurationOf).sort(byName)
  )
})

test('debian-mini is sold under the content hash of the image that is there', () => {
  const hash = 'cd'.repeat(32)
  const sold = catalogue([
    { name: 'some-other', hash: 'ef'.repeat(32) },
    { name: DEBIAN_MINI_NAME, hash }
  ]).filter(({ preconfigured }) => preconfigured)
  assert.deepEqual(sold, [
    {
      preconfigured: true,
      configuration: {
        name: 'debian-mini',
        processor: 'x86-64',
        os: 'linux',
        speed: 1000,
        memoryMb: 128,
        storageMb: 100,
        image: hash
      }
    }
  ])
})

function offerLike(name: string): FigureOffer {
  return figures.offers_figure33.find(offer => offer.name === name) as FigureOffer
}
