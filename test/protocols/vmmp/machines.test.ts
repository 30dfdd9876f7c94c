import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Destination,
  type DestinationEvent,
  type Origin,
  type OriginEvent,
  type Requester,
  type RequesterEvent,
  refuseWord,
  startDestination,
  startOrigin,
  startRequester,
  stepDestination,
  stepOrigin,
  stepRequester
} from '../../../protocols/vmmp/index.ts'
import {
  DESTINATION,
  DESTINATION_KEY,
  MACHINE,
  MIGRATION,
  MIGRATION_RECORD,
  MOVE,
  machineRecord,
  ORIGIN,
  REQ,
  ROOT
} from './world.ts'

const kinds = (effects: readonly { readonly type: string }[]): readonly string[] =>
  effects.map(effect => effect.type)

/** The effects of a row of events, and the state after them. */
function walk<S, E>(
  step: (
    state: S,
    event: E
  ) => { readonly state: S; readonly effects: readonly { readonly type: string }[] },
  start: { readonly state: S },
  events: readonly E[]
): { readonly state: S; readonly effects: readonly string[] } {
  let { state } = start
  const effects: string[] = []
  for (const event of events) {
    const next = step(state, event)
    state = next.state
    effects.push(...kinds(next.effects))
  }
  return { state, effects }
}

const open = {
  type: 'ledger',
  machine: machineRecord(ORIGIN, 3),
  migration: MIGRATION_RECORD
} as const
const gone = { ...open, migration: undefined } as const

// requester

const asking = startRequester(MOVE, 0)
const results = (methods: readonly string[]): RequesterEvent => ({
  type: 'message',
  message: { verb: 'RESULTS', machine: MACHINE, methods },
  nowMs: 1
})
const moving: readonly RequesterEvent[] = [
  results(['SCP']),
  { type: 'choose', method: 'SCP' },
  { type: 'opened', nowMs: 0 }
]
const request = (events: readonly RequesterEvent[]) =>
  walk<Requester, RequesterEvent>(stepRequester, asking, events)

test('REQ is sent only after OPEN is final', () => {
  assert.deepEqual(request(moving.slice(0, 2)).effects, ['open'])
  assert.deepEqual(request(moving).effects, ['open', 'send'])
})

test('no method in common, or one that was not offered, ends it before anything is on the ledger', () => {
  assert.deepEqual(request([results([])]).effects, ['tell'])
  assert.deepEqual(request([results(['RSYNC']), { type: 'choose', method: 'SCP' }]).effects, [
    'tell'
  ])
})

test('30 s of silence ask for an abort, a heartbeat within them does not', () => {
  const heartbeat: RequesterEvent = {
    type: 'message',
    message: { verb: 'HEARTBEAT', machine: MACHINE },
    nowMs: 1
  }
  assert.equal(request([...moving, { type: 'tick', nowMs: 29_999 }]).state.phase, 'moving')
  assert.equal(request([...moving, { type: 'tick', nowMs: 30_000 }]).effects.at(-1), 'submit-abort')
  assert.equal(
    request([...moving, heartbeat, { type: 'tick', nowMs: 30_000 }]).state.phase,
    'moving'
  )
  assert.equal(
    request([...moving, heartbeat, { type: 'tick', nowMs: 30_001 }]).state.phase,
    'aborting'
  )
})

test('the REQ is repeated after each 10 s in which nothing is heard, and not sooner', () => {
  const tick = (nowMs: number): RequesterEvent => ({ type: 'tick', nowMs })
  const after = (...events: RequesterEvent[]) =>
    request([...moving, ...events]).effects.slice(moving.length - 1)
  assert.deepEqual(after(tick(9_999)), [])
  assert.deepEqual(after(tick(10_000)), ['send'])
  assert.deepEqual(after(tick(10_000), tick(11_000), tick(19_999)), ['send'])
  assert.deepEqual(after(tick(10_000), tick(20_000), tick(30_000)), [
    'send',
    'send',
    'submit-abort'
  ])
  const heartbeat: RequesterEvent = {
    type: 'message',
    message: { verb: 'HEARTBEAT', machine: MACHINE },
    nowMs: 9_000
  }
  assert.deepEqual(after(heartbeat, tick(18_999)), [])
})

test('a RESP that claims success moves nothing; the ledger does', () => {
  const success: RequesterEvent = {
    type: 'message',
    message: { verb: 'RESP', machine: MACHINE, version: 4, outcome: 'SUCCESS' },
    nowMs: 1
  }
  const claimed = request([...moving, success])
  assert.equal(claimed.state.phase, 'moving')
  const arrived = { ...gone, machine: machineRecord(DESTINATION, 4) }
  const { state } = request([...moving, success, arrived])
  assert.deepEqual(state.phase === 'over' && state.end, { kind: 'moved', version: 4 })
})

test('words about another machine are not heard', () => {
  const other = { verb: 'RESULTS', machine: ORIGIN, methods: ['SCP'] } as const
  assert.equal(request([{ type: 'message', message: other, nowMs: 1 }]).state.phase, 'asking')
})

// destination

const checking = startDestination(DESTINATION, REQ, 0)
const receive = (events: readonly DestinationEvent[], self: string = DESTINATION) =>
  walk<Destination, DestinationEvent>(
    stepDestination,
    self === DESTINATION ? checking : startDestination(self, REQ, 0),
    events
  )

for (const [name, event, self] of [
  ['that is not on the ledger', gone, DESTINATION],
  ['to another host', open, ORIGIN],
  ['of an unknown machine', { ...gone, machine: undefined }, DESTINATION],
  ['of another version', { ...open, migration: { ...MIGRATION_RECORD, version: 2 } }, DESTINATION]
] satisfies [string, DestinationEvent, string][]) {
  test(`a move ${name} is answered FAIL and leaves no trace`, () => {
    const { state, effects } = receive([event], self)
    assert.deepEqual(effects, ['send-resp'])
    assert.ok(state.phase === 'done' && state.resp.outcome === 'FAIL' && state.resp.version === 3)
  })
}

const receipt = {
  receipt: { migration: MIGRATION, root: ROOT },
  signature: '12'.repeat(64)
}
const good: readonly DestinationEvent[] = [
  open,
  { type: 'fetched' },
  { type: 'verified' },
  { type: 'proved', receipt },
  { type: 'installed' }
]

test('persist comes before fetch, install before persist, persist before COMMIT', () => {
  assert.deepEqual(receive(good).effects, [
    'persist',
    'fetch',
    'verify',
    'prove',
    'install',
    'persist',
    'submit-commit'
  ])
})

test('no step can be skipped', () => {
  assert.deepEqual(receive([open, { type: 'verified' }]).effects, ['persist', 'fetch'])
  assert.deepEqual(receive([open, { type: 'proved', receipt }]).effects, ['persist', 'fetch'])
  assert.deepEqual(receive([open, { type: 'installed' }]).effects, ['persist', 'fetch'])
})

test('a failure before COMMIT discards; after it only the ledger may', () => {
  const failed: DestinationEvent = { type: 'failed', why: 'the disk is full' }
  for (let events = 1; events < good.length; events++) {
    const { effects } = receive([...good.slice(0, events), failed])
    assert.deepEqual(effects.slice(-2), ['submit-abort', 'discard'])
  }
  assert.equal(receive([...good, failed]).state.phase, 'committing')
  assert.equal(receive([...good, gone]).effects.at(-1), 'discard')
  const mine = { ...gone, machine: machineRecord(DESTINATION, 4) }
  assert.deepEqual(receive([...good, mine]).effects.slice(-2), ['forget', 'send-resp'])
})

const withheld: readonly DestinationEvent[] = [
  ...good.slice(0, 3),
  { type: 'withheld' },
  { type: 'installed' }
]
const word = { receipt, isByOwner: true } as const
const vouched: DestinationEvent = { type: 'vouched', ...word }

test('without the origin\u2019s receipt all is installed and written down, and the owner\u2019s word commits it', () => {
  const effects = ['persist', 'fetch', 'verify', 'prove', 'install', 'persist', 'await-word']
  const waiting = receive(withheld)
  assert.deepEqual(waiting.effects, effects)
  assert.equal(waiting.state.phase, 'waiting')
  const { state } = receive([...withheld, vouched])
  assert.ok(state.phase === 'committing' && state.receipt === receipt)
  assert.deepEqual(receive([...withheld, vouched]).effects.slice(-2), ['persist', 'submit-commit'])
  assert.deepEqual(receive([...withheld, vouched, vouched]).state, state, 'a second word is idle')
})

test('while it waits it asks the origin every 20 s, one question at a time', () => {
  const tick = (nowMs: number): DestinationEvent => ({ type: 'tick', nowMs })
  const asks = (...events: DestinationEvent[]): number =>
    receive([...withheld, ...events]).effects.filter(effect => effect === 'ask-origin').length
  const first = [tick(1_000), tick(21_000)]
  assert.equal(asks(tick(1_000), tick(20_999)), 0)
  assert.equal(asks(...first), 1)
  assert.equal(asks(...first, tick(41_000), tick(61_000)), 1, 'its answer is still to come')
  assert.equal(asks(...first, { type: 'withheld' }, tick(40_999)), 1)
  assert.equal(asks(...first, { type: 'withheld' }, tick(41_000)), 2)
})

test('the origin\u2019s receipt, when it comes after all, commits the move as the owner\u2019s word would', () => {
  const late: DestinationEvent = { type: 'proved', receipt }
  const { state, effects } = receive([...withheld, late])
  assert.deepEqual(effects.slice(-2), ['persist', 'submit-commit'])
  assert.deepEqual(state, receive([...withheld, vouched]).state)
})

test('of the origin\u2019s receipt and the owner\u2019s word the first counts, and the second changes nothing', () => {
  const late: DestinationEvent = {
    type: 'proved',
    receipt: { ...receipt, signature: '34'.repeat(64) }
  }
  for (const [first, second] of [
    [late, vouched],
    [vouched, late]
  ] as const) {
    const { state } = receive([...withheld, first])
    assert.deepEqual(stepDestination(state, second), { state, effects: [] })
    assert.equal(
      refuseWord(state, word),
      null,
      'a word that is not needed any more is no wrong one'
    )
  }
})

test('a destination that was restarted while it waited asks the origin anew', () => {
  const journal = receive(withheld).state
  const again = walk<Destination, DestinationEvent>(stepDestination, { state: journal }, [
    { ...open, type: 'recovered' },
    { type: 'tick', nowMs: 500_000 },
    { type: 'tick', nowMs: 520_000 }
  ])
  assert.equal(again.effects[0], 'await-word')
  assert.equal(again.effects.at(-1), 'ask-origin')
})

test('a wrong word changes nothing, and is refused by what is wrong with it', () => {
  const { state } = receive(withheld)
  const of = (change: Partial<typeof receipt.receipt>) => ({
    receipt: { ...receipt, receipt: { ...receipt.receipt, ...change } },
    isByOwner: true
  })
  for (const [wrong, code] of [
    [of({ migration: ROOT }), 'MIGRATION_UNKNOWN'],
    [of({ root: MIGRATION }), 'RECEIPT_FORGED'],
    [{ ...word, isByOwner: false }, 'RECEIPT_FORGED']
  ] as const) {
    assert.equal(refuseWord(state, wrong)?.code, code)
    assert.deepEqual(stepDestination(state, { type: 'vouched', ...wrong }), { state, effects: [] })
  }
  assert.equal(refuseWord(state, word), null)
})

test('the owner\u2019s word counts only where it is waited for', () => {
  for (let events = 0; events < withheld.length; events++) {
    const { state } = receive(withheld.slice(0, events))
    const code = events === 0 ? 'MIGRATION_UNKNOWN' : 'NOT_AWAITED'
    assert.equal(refuseWord(state, word)?.code, code, state.phase)
    assert.deepEqual(stepDestination(state, vouched), { state, effects: [] })
  }
  const over = receive([...withheld, gone, { type: 'discarded' }]).state
  assert.equal(refuseWord(over, word)?.code, 'MIGRATION_UNKNOWN')
})

test('while it waits for the word only the ledger ends it, and the ledger hears that it is there', () => {
  const failed: DestinationEvent = { type: 'failed', why: 'the line broke' }
  assert.equal(receive([...withheld, failed]).state.phase, 'waiting')
  assert.deepEqual(receive([...withheld, { type: 'tick', nowMs: 20_000 }]).effects.slice(-2), [
    'send-heartbeat',
    'submit-heartbeat'
  ])
  const ended = receive([...withheld, gone, { type: 'discarded' }])
  assert.deepEqual(ended.effects.slice(-3), ['discard', 'forget', 'send-resp'])
  const again = receive([...withheld, { ...open, type: 'recovered' }])
  assert.equal(again.effects.at(-1), 'await-word')
  assert.equal(receive([...withheld, { ...gone, type: 'recovered' }]).effects.at(-1), 'discard')
})

test('the requester hears of it every 5 s, the ledger every 20 s, and a COMMIT is sent again', () => {
  const tick = (nowMs: number): DestinationEvent => ({ type: 'tick', nowMs })
  assert.deepEqual(receive([open, tick(4_999)]).effects.slice(2), [])
  assert.deepEqual(receive([open, tick(5_000), tick(9_999)]).effects.slice(2), ['send-heartbeat'])
  assert.deepEqual(receive([open, tick(20_000)]).effects.slice(2), [
    'send-heartbeat',
    'submit-heartbeat'
  ])
  assert.deepEqual(receive([...good, tick(20_000)]).effects.slice(-2), [
    'send-heartbeat',
    'submit-commit'
  ])
})

test('a requester that dials again after the end gets its answer again', () => {
  assert.deepEqual(receive([gone, { type: 'req' }]).effects, ['send-resp', 'send-resp'])
  assert.deepEqual(receive([open, { type: 'req' }]).effects, ['persist', 'fetch'])
})

// origin

const asked = { self: ORIGIN, machine: MACHINE, migrationId: MIGRATION, peer: DESTINATION_KEY }
const toPeer = { ...open, destinationKey: DESTINATION_KEY }
const serve = (events: readonly OriginEvent[]) =>
  walk<Origin, OriginEvent>(stepOrigin, startOrigin(asked), events)

for (const [name, event] of [
  ['without an open move', { ...toPeer, migration: undefined }],
  ['for another move', { ...toPeer, migration: { ...MIGRATION_RECORD, id: ROOT } }],
  ['from another host', { ...toPeer, migration: { ...MIGRATION_RECORD, origin: DESTINATION } }],
  ['to a peer that is not the destination', { ...toPeer, destinationKey: ROOT }]
] satisfies [string, OriginEvent][]) {
  test(`nothing is opened ${name}`, () => {
    const { state, effects } = serve([event])
    assert.deepEqual(effects, ['refuse'])
    assert.equal(state.phase, 'over')
  })
}

test('a copy whose root is not that of the ledger is not served', () => {
  const { effects } = serve([toPeer, { type: 'opened', root: MIGRATION }])
  assert.deepEqual(effects, ['persist', 'open-content', 'refuse'])
})

test('no receipt without an answered challenge, and the copy stays until the ledger says that it has left', () => {
  const served: readonly OriginEvent[] = [toPeer, { type: 'opened', root: ROOT }]
  assert.deepEqual(serve(served).effects, ['persist', 'open-content', 'serve'])
  const proved = serve([...served, { type: 'proved' }, toPeer])
  assert.deepEqual(proved.effects.slice(3), ['sign-receipt'])
  const left = { ...toPeer, migration: undefined, machine: machineRecord(DESTINATION, 4) }
  assert.deepEqual(serve([...served, left]).effects.slice(3), ['keep-cached', 'forget'])
  const stayed = { ...toPeer, migration: undefined }
  assert.deepEqual(serve([...served, stayed]).effects.slice(3), ['release', 'forget'])
})

test('a proof on a stream that has ended signs nothing', () => {
  const { effects } = serve([
    toPeer,
    { type: 'opened', root: ROOT },
    { type: 'stream-ended' },
    { type: 'proved' }
  ])
  assert.ok(!effects.includes('sign-receipt'))
})
