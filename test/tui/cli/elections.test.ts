import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ElectionView } from '../../../node/client.ts'
import { tell } from './world.ts'

const VIEW: ElectionView = {
  epoch: 3,
  height: 1_990,
  firstHeight: 1_501,
  endHeight: null,
  members: [
    { name: 'judy', key: 'ab'.repeat(32), local: true, attendance: { signed: 95, views: 100 } },
    { name: 'kate', key: 'cd'.repeat(32), local: false, attendance: null }
  ],
  terms: {
    epochBlocks: 1_000,
    epochMs: 3_600_000,
    tallyBlocks: 100,
    bond: '100',
    turnoutPercent: 10,
    sizeMax: 7,
    silenceViews: 1_000,
    tallyHeight: 2_400,
    tallyMs: Date.UTC(2026, 0, 31, 12)
  },
  next: null,
  tally: {
    cast: '1900',
    possible: '6000',
    enough: true,
    elected: { members: ['alex'], runnersUp: ['mary'] }
  },
  candidates: [
    {
      name: 'alex',
      account: '0a'.repeat(16),
      key: 'ef'.repeat(32),
      addresses: ['/ip4/10.0.0.1/tcp/7144'],
      bond: '100',
      online: true,
      status: 'standing',
      approval: '1900',
      bondUntilEpoch: null
    },
    {
      name: 'mary',
      account: '0b'.repeat(16),
      key: '12'.repeat(32),
      addresses: [],
      bond: '100',
      online: false,
      status: 'withdrawn',
      approval: '900',
      bondUntilEpoch: 5
    }
  ],
  ballot: { candidates: ['alex', 'mary'], weight: '1000' }
}

test('election show: who coordinates, until when, who stands, and what a count would give now', async () => {
  const { stdout, code } = await tell('election show', { answers: { 'election.show': () => VIEW } })
  assert.equal(code, 0)
  assert.deepEqual(stdout.split('\n'), [
    'Epoch              3, from block 1501; the ledger is at 1990',
    'Votes are counted  at block 2400, or at 2026-01-31 12:00:00 if that is first',
    'Ends               100 blocks later',
    '',
    'COORDINATOR       KEY                      SEEN IN',
    'judy (this node)  abababab  95 of 100 certificates',
    'kate              cdcdcdcd                       -',
    '',
    'CANDIDATE  STATUS                                     REACHED  APPROVAL   BOND  ADDRESS',
    'alex       standing                                   online     $ 1900  $ 100  /ip4/10.0.0.1/tcp/7144',
    'mary       withdrawn, bond locked until epoch 5 ends  offline     $ 900  $ 100  -',
    '',
    'Your ballot            alex, mary (weighs $ 1000)',
    'Cast so far            $ 1900 of $ 6000 that could vote; 10 % are needed: enough',
    'Chosen if counted now  alex; runners-up: mary',
    ''
  ])
})

test('election show says who comes next once votes are counted', async () => {
  const next = { members: ['alex'], runnersUp: [] }
  const view = { ...VIEW, endHeight: 2_500, next, tally: null }
  const { stdout } = await tell('election show', { answers: { 'election.show': () => view } })
  assert.match(stdout, /Ends +at block 2500/)
  assert.match(stdout, /Next coordinators +alex/)
  assert.doesNotMatch(stdout, /counted/)
})

test('a network without elections says that its coordinators stay', async () => {
  const view = { ...VIEW, terms: null, tally: null, candidates: [] }
  const { stdout } = await tell('election show', { answers: { 'election.show': () => view } })
  assert.match(stdout, /Ends +never/)
  assert.doesNotMatch(stdout, /CANDIDATE/)
})

test('vote takes any number of names and shows the ballot', async () => {
  const answers = { 'election.vote': () => VIEW }
  const { stdout, calls } = await tell('vote alex mary', { answers })
  assert.deepEqual(calls, [{ method: 'election.vote', input: { candidates: ['alex', 'mary'] } }])
  assert.equal(stdout, 'Your ballot, which weighs $ 1000 now: alex, mary\n')
})

test('vote without a name is no way to lose a ballot: --none is, alone', async () => {
  const bare = await tell('vote')
  assert.equal(bare.code, 2)
  assert.match(bare.stderr, /--none/)
  assert.equal((await tell('vote alex --none')).code, 2)
  const view = { ...VIEW, ballot: { candidates: [], weight: '1000' } }
  const { stdout, calls } = await tell('vote --none', { answers: { 'election.vote': () => view } })
  assert.deepEqual(calls, [{ method: 'election.vote', input: { candidates: [] } }])
  assert.equal(stdout, 'Your account has no ballot.\n')
})

test('coordinator stand gives the addresses it was told, or leaves them to the node', async () => {
  const answers = { 'election.stand': () => VIEW, 'election.withdraw': () => VIEW }
  const plain = await tell('coordinator stand', { answers })
  assert.deepEqual(plain.calls, [{ method: 'election.stand', input: {} }])
  const line = 'coordinator stand --address /ip4/1.2.3.4/tcp/1 --address /dns4/a/tcp/2'
  const told = await tell(line, { answers })
  assert.deepEqual(told.calls[0]?.input, { addresses: ['/ip4/1.2.3.4/tcp/1', '/dns4/a/tcp/2'] })
  assert.match(told.stdout, /alex +standing/)
  assert.match((await tell('coordinator withdraw', { answers })).stdout, /mary +withdrawn/)
})

test('help shows that vote takes several names', async () => {
  assert.match((await tell('vote --help')).stdout, /virtuoso vote \[NAME\.\.\.\] \[FLAGS\]/)
})
