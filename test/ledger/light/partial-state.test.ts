import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeAs, PartialState, type Place, type ProvenPart } from '../../../ledger/index.ts'
import { codecOf, keyOf } from '../../../ledger/state/index.ts'
import * as sample from '../../support/ledger-samples.ts'

const { genesis, network, account } = sample
const place: Place = { genesis, network, height: 7, timeMs: genesis.timeMs }
const key = keyOf.account(account.id)
const entry = (): ProvenPart['entries'][number] => [key, encodeAs(codecOf(key), account)]

/** What was read, and whether the part could answer. */
function reading(part: ProvenPart) {
  const reads: string[] = []
  const state = new PartialState(place, part, (query, isProven) => {
    reads.push(`${query.kind} ${isProven ? 'proven' : 'unknown'}`)
  })
  return { state, reads }
}

test('an entry that was proven reads as in the whole state', () => {
  const { state, reads } = reading({ queries: [{ kind: 'key', key }], entries: [entry()] })
  assert.deepEqual(state.account(account.id), account)
  assert.deepEqual(reads, ['key proven'])
})

test('an absence that was proven is told apart from what was never asked for', () => {
  const { state, reads } = reading({ queries: [{ kind: 'key', key }], entries: [] })
  assert.equal(state.account(account.id), undefined)
  assert.equal(state.account(sample.providerId), undefined)
  assert.deepEqual(reads, ['key proven', 'key unknown'])
})

test('whoever listens may refuse a read beyond the part', () => {
  const state = new PartialState(place, { queries: [], entries: [] }, (_query, isProven) => {
    if (!isProven) throw new Error('not proven')
  })
  assert.throws(() => state.account(account.id), /not proven/)
})

test('an entry that is no value of its table is not taken into a state', () => {
  const part: ProvenPart = { queries: [], entries: [[key, Uint8Array.of(1, 2, 3)]] }
  assert.throws(() => reading(part), { name: 'EncodingError' })
})
