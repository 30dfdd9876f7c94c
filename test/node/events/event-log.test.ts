import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventView } from '../../../node/client.ts'
import { openEventLog, type Reservation, SEQUENCES_AHEAD } from '../../../node/events/index.ts'
import type { RecordStore } from '../../../node/store/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryRecords } from '../../support/memory-records.ts'

const clock = new ManualClock(1_000)
type Stored = EventView | Reservation

test('events are numbered in their order, told to listeners, and kept', async () => {
  const log = await openEventLog({ records: memoryRecords<Stored>(), clock })
  const heard: number[] = []
  const stop = log.subscribe(event => heard.push(event.sequence))
  log.append('machine', 'stored', { version: 1 })
  log.append('machine', 'started')
  stop()
  log.append('machine', 'stopped')
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual(
    log.since(2).map(({ sequence, message }) => `${sequence} ${message}`),
    ['2 started', '3 stopped']
  )
})

test('after a clean stop the numbers go on without a gap', async () => {
  const disk = new Map<string, Stored>()
  const first = await openEventLog({ records: memoryRecords(disk), clock })
  first.append('node', 'one')
  await first.close()
  const second = await openEventLog({ records: memoryRecords(disk), clock })
  assert.equal(second.append('node', 'two').sequence, 2)
  assert.deepEqual(
    second.since(0).map(event => event.message),
    ['one', 'two']
  )
})

test('after a crash no number that was announced is used again', async () => {
  const disk = new Map<string, Stored>()
  const records = memoryRecords(disk)
  const lossy: RecordStore<Stored> = { ...records, write: () => new Promise(() => undefined) }
  const first = await openEventLog({ records: lossy, clock })
  const lost = first.append('node', 'never written')
  const second = await openEventLog({ records, clock })
  const next = second.append('node', 'after the crash').sequence
  assert.ok(next > lost.sequence)
  assert.ok(next <= lost.sequence + SEQUENCES_AHEAD)
})

test('only the newest events are kept, in memory and on disk', async () => {
  const disk = new Map<string, Stored>()
  const log = await openEventLog({ records: memoryRecords(disk), clock, kept: 4 })
  for (let count = 1; count <= 9; count += 1) log.append('node', `event ${count}`)
  await log.flush()
  assert.deepEqual(
    log.since(0).map(event => event.sequence),
    [6, 7, 8, 9]
  )
  const onDisk = [...disk.values()].filter(value => 'sequence' in value)
  assert.ok(onDisk.length <= 8, `${onDisk.length} on disk`)
  await log.close()
  const again = await openEventLog({ records: memoryRecords(disk), clock, kept: 4 })
  assert.deepEqual(
    again.since(0).map(event => event.sequence),
    [6, 7, 8, 9]
  )
})

test('a disk that refuses is told, and the log goes on', async () => {
  const errors: unknown[] = []
  const records = memoryRecords<Stored>()
  const log = await openEventLog({
    records: { ...records, write: () => Promise.reject(new Error('disk full')) },
    clock,
    onError: error => errors.push(error)
  })
  log.append('node', 'one')
  await log.flush()
  assert.equal(errors.length, 1)
  assert.equal(log.since(0).length, 1)
})

test('what a peer puts into an event is cut to its bounds', async () => {
  const log = await openEventLog({ records: memoryRecords<Stored>(), clock })
  const fields = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`f${n}`, 'x'.repeat(999)])
  )
  const event = log.append('t'.repeat(99), 'm'.repeat(9_999), fields)
  assert.ok(JSON.stringify(event).length < 2_500)
})
