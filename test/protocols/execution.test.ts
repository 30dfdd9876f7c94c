import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MachineRecord, MachineState, OrderVerb, SignedOrder } from '../../ledger/index.ts'
import {
  beginExecution,
  type Execution,
  type ExecutionEffect,
  type ExecutionEvent,
  type ExecutionStep,
  PLANS,
  stepExecution,
  type Work,
  wasApplied
} from '../../protocols/order/index.ts'

const HOST = '00000000-0000-8000-8000-000000000001'
const MACHINE = '00000000-0000-8000-8000-000000000002'
const ROOT = 'ab'.repeat(32)
const VERBS = Object.keys(PLANS) as OrderVerb[]

/** The state each verb starts from, the one it leads to, and what the guest is in the end. */
const COURSE: Readonly<Record<OrderVerb, readonly [from: MachineState, to: MachineState | null]>> =
  {
    store: ['registered', 'stored'],
    start: ['stored', 'started'],
    resume: ['suspended', 'started'],
    stop: ['started', 'stopped'],
    suspend: ['started', 'suspended'],
    delete: ['stopped', null]
  }

function orderOf(verb: OrderVerb): SignedOrder {
  const version = verb === 'store' ? 0 : 3
  return {
    owner: '11'.repeat(16),
    signature: '22'.repeat(64),
    order: {
      verb,
      machine: MACHINE,
      host: HOST,
      state: COURSE[verb][0],
      version,
      sequence: 7,
      offer: null,
      spendLimit: null,
      expiryHeight: 100
    }
  }
}

function machineIn(state: MachineState, version: number, sequence: number): MachineRecord {
  return {
    uuid: MACHINE,
    owner: '11'.repeat(16),
    configuration: {
      name: 'web1',
      processor: 'any',
      os: 'linux',
      speed: 1,
      memoryMb: 1,
      storageMb: 1,
      image: null
    },
    bid: { storagePer30Days: 0n, runningPerHour: 0n },
    state,
    version,
    holder: state === 'registered' ? null : HOST,
    contract: null,
    root: null,
    sealed: null,
    retained: null,
    noticeAtMs: null,
    orderSequence: sequence,
    billing: {
      storageDueMs: null,
      storageUnpaidSinceMs: null,
      runningDueMs: null,
      runningCreditMs: 0,
      spendLimit: null,
      spent: 0n,
      halt: null
    }
  }
}

class Killed extends Error {}

/** A host in miniature: a ledger that applies an order once, a disk, and what was done to the guest. */
class Bench {
  readonly order: SignedOrder
  readonly done: Work[] = []
  machine: MachineRecord | undefined
  disk: Execution | null = null
  applied = 0
  effects = 0
  refuses = false

  constructor(verb: OrderVerb) {
    this.order = orderOf(verb)
    const [from] = COURSE[verb]
    this.machine = machineIn(from, this.order.order.version, 6)
  }

  /** Carries a step out; is killed before the effect numbered `killAt`. */
  run(step: ExecutionStep, killAt = Number.POSITIVE_INFINITY): Execution {
    let { state } = step
    const queue = [...step.effects]
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      if (this.effects++ >= killAt) throw new Killed()
      const event = this.#carryOut(state, effect)
      if (event === null) continue
      const next = stepExecution(state, event)
      state = next.state
      queue.push(...next.effects)
    }
    return state
  }

  recover(): Execution | null {
    if (this.disk === null) return null
    return this.run(stepExecution(this.disk, { type: 'recovered', machine: this.machine }))
  }

  #carryOut(state: Execution, effect: ExecutionEffect): ExecutionEvent | null {
    switch (effect.type) {
      case 'persist':
        this.disk = effect.execution
        return null
      case 'forget':
        this.disk = null
        return null
      case 'work':
        assert.equal(this.disk?.phase, state.phase, 'work is begun only under a persisted intent')
        this.done.push(effect.work)
        if (state.phase === 'preparing') {
          return { type: 'prepared', root: effect.seal ? ROOT : null }
        }
        return { type: state.phase === 'undoing' ? 'undone' : 'finished' }
      case 'confirm':
        assert.equal(this.disk?.phase, 'confirming', 'a confirmation is on disk before it is sent')
        return this.#confirm()
    }
  }

  /** As the ledger does: the first copy is applied, a second one is refused as used. */
  #confirm(): ExecutionEvent {
    const { verb, version, sequence } = this.order.order
    const used = this.machine === undefined || this.machine.orderSequence >= sequence
    if (this.refuses || used) {
      if (wasApplied(this.order, this.machine)) return { type: 'final', transaction: null }
      return { type: 'rejected', why: { code: 'ORDER_USED', message: 'used' } }
    }
    this.applied += 1
    const to = COURSE[verb][1]
    const grown = verb === 'start' || verb === 'resume' ? version : version + 1
    this.machine = to === null ? undefined : machineIn(to, grown, sequence)
    return { type: 'final', transaction: ROOT }
  }
}

for (const verb of VERBS) {
  test(`${verb}: prepared, confirmed once, finished, and nothing is left on disk`, () => {
    const bench = new Bench(verb)
    const end = bench.run(beginExecution(bench.order))
    assert.equal(end.phase, 'done')
    assert.equal(bench.applied, 1)
    assert.equal(bench.disk, null)
    const { prepare, go } = PLANS[verb]
    assert.deepEqual(
      bench.done,
      [prepare, go].filter(work => work !== null)
    )
  })

  test(`${verb}: a confirmation that the ledger rejects is undone`, () => {
    const bench = new Bench(verb)
    bench.refuses = true
    const end = bench.run(beginExecution(bench.order))
    assert.equal(end.phase, 'refused')
    assert.equal(bench.applied, 0)
    const { prepare, undo } = PLANS[verb]
    assert.deepEqual(
      bench.done,
      [prepare, undo].filter(work => work !== null)
    )
  })

  test(`${verb}: killed before any effect, the restart ends where the ledger says`, () => {
    const whole = new Bench(verb)
    whole.run(beginExecution(whole.order))
    assert.ok(whole.effects >= 4, `${whole.effects} effects: too few to prove anything`)
    for (let killAt = 0; killAt < whole.effects; killAt++) {
      const bench = new Bench(verb)
      assert.throws(() => bench.run(beginExecution(bench.order), killAt), Killed)
      bench.recover()
      assert.equal(bench.disk, null, `killed before effect ${killAt}: nothing is left to take up`)
      assert.ok(
        bench.applied <= 1,
        `killed before effect ${killAt}: applied ${bench.applied} times`
      )
      const { prepare, go, undo } = PLANS[verb]
      const last = bench.done.at(-1)
      if (bench.applied === 1) assert.equal(last, go ?? prepare ?? undefined)
      else if (bench.done.length > 0) assert.equal(last, undo)
    }
  })
}

test('an order that was cancelled while it was confirmed is not taken for applied', () => {
  const order = orderOf('start')
  const cancelled = machineIn('stored', 3, 7)
  assert.equal(wasApplied(order, cancelled), false)
  const confirming = { phase: 'confirming', order, root: null } as const
  const { effects } = stepExecution(confirming, { type: 'recovered', machine: cancelled })
  assert.deepEqual(
    effects.map(effect => effect.type),
    ['persist', 'confirm']
  )
})

test('an order of another version of the machine is not taken for applied', () => {
  assert.equal(wasApplied(orderOf('stop'), machineIn('stopped', 4, 7)), true)
  assert.equal(wasApplied(orderOf('stop'), machineIn('stopped', 5, 9)), false)
  assert.equal(wasApplied(orderOf('delete'), undefined), true)
  assert.equal(wasApplied(orderOf('store'), undefined), false)
})

test('echoes of an earlier phase change nothing', () => {
  const done: Execution = { phase: 'done', order: orderOf('stop'), transaction: null }
  const events: ExecutionEvent[] = [
    { type: 'prepared', root: ROOT },
    { type: 'final', transaction: ROOT },
    { type: 'finished' },
    { type: 'undone' }
  ]
  for (const event of events)
    assert.deepEqual(stepExecution(done, event), { state: done, effects: [] })
})
