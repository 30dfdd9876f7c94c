import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CachedCopy, evictionsFor } from '../../../node/host/eviction.ts'

function copy(machine: string, change: Partial<CachedCopy> = {}): CachedCopy {
  return { machine, version: 3, bytes: 100, behind: 1, sinceMs: 50, needed: false, ...change }
}

function evicted(copies: readonly CachedCopy[], quotaBytes: number): string {
  return evictionsFor(copies, quotaBytes)
    .map(each => each.machine)
    .join(' ')
}

test('copies that fill the quota stay, one byte more and the least useful goes', () => {
  const copies = [copy('near'), copy('far', { behind: 2 })]
  assert.equal(evicted(copies, 201), '')
  assert.equal(evicted(copies, 200), '')
  assert.equal(evicted(copies, 199), 'far')
  assert.equal(evicted(copies, 100), 'far')
  assert.equal(evicted(copies, 99), 'far near')
})

test('what is of an unknown version goes first, then the most versions behind, the longest away, the largest', () => {
  const copies = [
    copy('large', { bytes: 200 }),
    copy('small'),
    copy('early', { sinceMs: 10 }),
    copy('behind', { behind: 9, sinceMs: 60 }),
    copy('unknown', { version: null, behind: 0, sinceMs: 60 })
  ]
  assert.equal(evicted(copies, 0), 'unknown behind early large small')
})

test('a copy that is needed neither goes nor counts', () => {
  const copies = [copy('moving', { needed: true, bytes: 1000, version: null }), copy('other')]
  assert.equal(evicted(copies, 100), '')
  assert.equal(evicted(copies, 99), 'other')
  assert.equal(evicted(copies, 0), 'other')
})
