import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  OFFER_CLOCK_SKEW_MS,
  OFFER_LIFETIME_MAX_MS,
  type OfferEntry,
  OfferIndex,
  type PutOutcome
} from '../../../node/market/index.ts'
import { entryOf, type FigureOffer, loadFigures, NOW_MS } from './figures.ts'

const figure = loadFigures().offers_figure33[0] as FigureOffer

test('a newer offer of a host takes the place of the older one', () => {
  const index = new OfferIndex()
  assert.equal(index.put(offer(1, { sequence: 1 }), NOW_MS).kind, 'added')
  assert.equal(index.put(offer(1, { sequence: 2 }), NOW_MS).kind, 'replaced')
  assert.deepEqual(index.valid(NOW_MS).map(sequenceOf), [2])
})

test('the very offer that is held is known, and a replay of an older one changes nothing', () => {
  const index = new OfferIndex()
  index.put(offer(1, { sequence: 2 }), NOW_MS)
  assert.equal(index.put(offer(1, { sequence: 2 }), NOW_MS).kind, 'known')
  const other = { ...offer(1, { sequence: 2 }), hash: 'ff'.repeat(32) }
  assert.equal(codeOf(index.put(other, NOW_MS)), 'STALE')
  assert.equal(codeOf(index.put(offer(1, { sequence: 1 }), NOW_MS)), 'STALE')
  assert.deepEqual(index.valid(NOW_MS).map(sequenceOf), [2])
})

test('an offer is there until its last millisecond and not after it', () => {
  const index = new OfferIndex()
  const entry = offer(1, {})
  index.put(entry, NOW_MS)
  const { host, expiresAtMs } = entry.signed.offer
  assert.equal(index.get(host, expiresAtMs - 1), entry)
  assert.equal(index.get(host, expiresAtMs), undefined)
  assert.deepEqual(index.valid(expiresAtMs), [])
})

test('an older offer that outlives its successor cannot come back', () => {
  const index = new OfferIndex({ max: 1 })
  index.put(offer(1, { sequence: 2, expiresAtMs: NOW_MS + 1000 }), NOW_MS)
  assert.equal(codeOf(index.put(offer(2, {}), NOW_MS + 2000)), 'FULL')
  assert.equal(codeOf(index.put(offer(1, { sequence: 1 }), NOW_MS + 2000)), 'STALE')
})

test('an offer that has ended, lives too long or was issued too early is refused; at each limit it is taken', () => {
  const lives = (lifetimeMs: number): Partial<Fields> => ({ expiresAtMs: NOW_MS + lifetimeMs })
  const issued = (issuedAtMs: number): Partial<Fields> => ({
    issuedAtMs,
    expiresAtMs: issuedAtMs + 1000
  })
  assert.equal(putAlone(lives(OFFER_LIFETIME_MAX_MS)), 'added')
  assert.equal(putAlone(lives(OFFER_LIFETIME_MAX_MS + 1)), 'LIFETIME')
  assert.equal(putAlone(lives(0)), 'LIFETIME')
  assert.equal(putAlone(issued(NOW_MS + OFFER_CLOCK_SKEW_MS)), 'added')
  assert.equal(putAlone(issued(NOW_MS + OFFER_CLOCK_SKEW_MS + 1)), 'EARLY')
  assert.equal(putAlone(issued(NOW_MS - 999)), 'added')
  assert.equal(putAlone(issued(NOW_MS - 1000)), 'EXPIRED')
})

test('an offer whose units would divide by zero is refused', () => {
  const { prices } = offer(1, {}).signed.offer
  assert.equal(putAlone({ prices: { ...prices, memoryUnitMb: 0 } }), 'PRICES')
})

test('a full index refuses a new host, still renews a held one, and makes room when offers have ended', () => {
  const index = new OfferIndex({ max: 2 })
  index.put(offer(1, {}), NOW_MS)
  index.put(offer(2, {}), NOW_MS)
  assert.equal(codeOf(index.put(offer(3, {}), NOW_MS)), 'FULL')
  assert.equal(index.put(offer(2, { sequence: 9 }), NOW_MS).kind, 'replaced')
  const laterMs = NOW_MS + OFFER_LIFETIME_MAX_MS
  const late = offer(3, { issuedAtMs: laterMs, expiresAtMs: laterMs + 1 })
  assert.equal(index.put(late, laterMs).kind, 'added')
  assert.deepEqual(index.valid(laterMs), [late])
})

type Fields = OfferEntry['signed']['offer']

function offer(host: number, change: Partial<Fields>): OfferEntry {
  const entry = entryOf(figure, host)
  const changed = { ...entry.signed.offer, ...change }
  const hash = `${host}${changed.sequence}`.padStart(64, '0')
  return { hash, signed: { ...entry.signed, offer: changed } }
}

function sequenceOf({ signed }: OfferEntry): number {
  return signed.offer.sequence
}

function codeOf(outcome: PutOutcome): string {
  return outcome.kind === 'refused' ? outcome.code : outcome.kind
}

function putAlone(change: Partial<Fields>): string {
  return codeOf(new OfferIndex().put(offer(1, change), NOW_MS))
}
