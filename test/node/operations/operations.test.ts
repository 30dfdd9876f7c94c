import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type OperationView } from '../../../node/client.ts'
import {
  OPERATIONS_RUNNING_MAX,
  type OperationContext,
  type OperationRequest,
  type Operations,
  openOperations
} from '../../../node/operations/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryRecords } from '../../support/memory-records.ts'

interface Bench {
  readonly clock: ManualClock
  readonly disk: Map<string, OperationView>
  readonly operations: Operations
}

async function bench(disk: Map<string, OperationView> = new Map(), kept = 200): Promise<Bench> {
  const clock = new ManualClock(1_000)
  const records = memoryRecords(disk)
  return { clock, disk, operations: await openOperations({ records, clock, alarms: clock, kept }) }
}

const request = (
  run: OperationRequest['run'],
  patienceMs: number | null = null
): OperationRequest => ({ kind: 'move', machine: 'm1', owner: 'a1', patienceMs, run })

function ended(operations: Operations, id: string): Promise<OperationView> {
  return new Promise(resolve => {
    const stop = operations.subscribe(view => {
      if (view.id !== id || view.state === 'running') return
      stop()
      resolve(view)
    })
  })
}

/** Work that goes on until it is told to stop. */
const obedient = (context: OperationContext): Promise<never> =>
  new Promise((_, reject) => {
    context.signal.addEventListener('abort', () => reject(new Error('stopped half way')))
  })

test('an operation is on disk before its client hears of it, and so is its end', async () => {
  const { operations, disk } = await bench()
  const gate: { open?: () => void } = {}
  const view = await operations.start(
    request(() => new Promise<void>(resolve => (gate.open = resolve)))
  )
  assert.equal(disk.get(view.id)?.state, 'running')
  assert.equal(operations.runningOn('m1'), view.id)
  const end = ended(operations, view.id)
  gate.open?.()
  assert.equal((await end).state, 'succeeded')
  assert.equal(disk.get(view.id)?.state, 'succeeded')
  assert.equal(operations.runningOn('m1'), null)
})

test('steps leave a trail with their times', async () => {
  const { operations, clock } = await bench()
  const view = await operations.start(
    request(async ({ step }) => {
      clock.advance(10)
      step('copying')
      clock.advance(20)
      step('confirming')
    })
  )
  const end = await ended(operations, view.id)
  assert.equal(end.step, 'confirming')
  assert.deepEqual(end.trail, [
    { step: 'starting', atMs: 1_000 },
    { step: 'copying', atMs: 1_010 },
    { step: 'confirming', atMs: 1_030 }
  ])
})

function bytes(bytesDone: number, bytesTotal: number, bytesReused = 0) {
  return { bytesDone, bytesTotal, bytesReused, bytesSent: bytesDone - bytesReused }
}

test('progress shows bytes, the rate of those that came, and time left', async () => {
  const { operations, clock } = await bench()
  const view = await operations.start(
    request(async context => {
      context.progress(bytes(0, 4_000))
      clock.advance(1_000)
      context.progress(bytes(1_500, 4_000, 500))
      await obedient(context)
    })
  )
  assert.deepEqual(operations.find(view.id)?.progress, {
    bytesDone: 1_500,
    bytesTotal: 4_000,
    bytesReused: 500,
    bytesSent: 1_000,
    rate: 1_000,
    etaMs: 2_500
  })
  await operations.close()
})

test('progress for each block is told five times a second, not for each block', async () => {
  const { operations, clock } = await bench()
  let told = 0
  operations.subscribe(view => {
    if (view.state === 'running') told += 1
  })
  const view = await operations.start(
    request(async ({ progress }) => {
      for (let block = 1; block <= 1_000; block += 1) {
        clock.advance(1)
        progress(bytes(block, 1_000))
      }
    })
  )
  await ended(operations, view.id)
  assert.ok(told >= 5 && told <= 8, `${told} announcements`)
})

test('a refusal of the work is kept with its code and hint', async () => {
  const { operations } = await bench()
  const view = await operations.start(
    request(async () => {
      throw new ApiError({
        code: 'NO_CAPACITY',
        class: 'denied',
        message: 'full',
        hint: 'search again'
      })
    })
  )
  const end = await ended(operations, view.id)
  assert.equal(end.state, 'failed')
  assert.deepEqual(end.error, {
    code: 'NO_CAPACITY',
    class: 'denied',
    message: 'full',
    hint: 'search again'
  })
})

test('a cancelled operation ends as cancelled when its work has let go', async () => {
  const { operations } = await bench()
  const view = await operations.start(request(obedient))
  const end = ended(operations, view.id)
  assert.equal(operations.cancel(view.id).id, view.id)
  const { state, error } = await end
  assert.deepEqual([state, error?.code], ['cancelled', 'OPERATION_CANCELLED'])
  assert.throws(() => operations.cancel(view.id), { code: 'OPERATION_ENDED' })
  assert.throws(() => operations.cancel('nobody'), { code: 'OPERATION_UNKNOWN' })
})

test('work that finishes in spite of a cancel has succeeded', async () => {
  const { operations } = await bench()
  const view = await operations.start(
    request(
      ({ signal }) =>
        new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
    )
  )
  const end = ended(operations, view.id)
  operations.cancel(view.id)
  assert.equal((await end).state, 'succeeded')
})

test('an operation fails at its deadline, not a millisecond before', async () => {
  const { operations, clock } = await bench()
  const view = await operations.start(request(obedient, 60_000))
  assert.equal(view.deadlineMs, 61_000)
  const end = ended(operations, view.id)
  clock.advance(59_999)
  assert.equal(operations.find(view.id)?.state, 'running')
  clock.advance(1)
  const { state, error } = await end
  assert.deepEqual([state, error?.code, error?.class], ['failed', 'OPERATION_TIMEOUT', 'timeout'])
})

test('operations that ran at a crash have failed at the next start, and say so', async () => {
  const disk = new Map<string, OperationView>()
  const before = await bench(disk)
  const view = await before.operations.start(request(obedient))
  const { operations } = await bench(structuredClone(disk))
  const found = operations.find(view.id)
  assert.deepEqual([found?.state, found?.error?.code], ['failed', 'NODE_RESTARTED'])
  assert.match(found?.error?.hint ?? '', /virtuoso machine show m1/)
})

test('what a stray part of ended work still says is not recorded', async () => {
  const { operations, disk } = await bench()
  let stray: OperationContext | undefined
  const view = await operations.start(
    request(async context => {
      stray = context
    })
  )
  const end = await ended(operations, view.id)
  stray?.step('a ghost')
  stray?.progress(bytes(1, 2))
  assert.deepEqual(operations.find(view.id), end)
  assert.deepEqual(disk.get(view.id), end)
})

test('only the newest ended operations are kept', async () => {
  const { operations, disk, clock } = await bench(new Map(), 2)
  const ids: string[] = []
  for (let count = 0; count < 3; count += 1) {
    clock.advance(1)
    const { id } = await operations.start(request(async () => undefined))
    await ended(operations, id)
    ids.push(id)
  }
  const kept = [ids[2], ids[1]]
  assert.deepEqual(
    operations.list().map(view => view.id),
    kept
  )
  await operations.close()
  assert.equal(disk.size, 2)
})

test('the last operation that fits is taken, one more is refused', async () => {
  const { operations } = await bench()
  for (let count = 0; count < OPERATIONS_RUNNING_MAX; count += 1) {
    await operations.start(request(obedient))
  }
  await assert.rejects(operations.start(request(obedient)), { code: 'OPERATIONS_BUSY' })
  await operations.close()
  await assert.rejects(operations.start(request(obedient)), { code: 'NODE_STOPPING' })
})

test('an operation is found by an unambiguous beginning of its id', async () => {
  const { operations } = await bench()
  const { id } = await operations.start(request(obedient))
  assert.equal(operations.find(id.slice(0, 4))?.id, id)
  assert.equal(operations.find(id.slice(0, 3)), undefined)
  await operations.close()
})
