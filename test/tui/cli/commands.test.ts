import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountView, MachineView, MatchView, SearchView } from '../../../node/client.ts'
import { CATALOGUE, machineOf } from '../../support/fake-machines.ts'
import { operationView, tell } from './world.ts'

const [FIRST] = CATALOGUE
assert.ok(FIRST)
const WEB: MachineView = {
  ...machineOf('1', 'web1', FIRST.configuration, { storagePer30Days: '3', runningPerHour: '0.2' }),
  state: 'suspended',
  version: 2,
  holder: { uuid: 'ff'.repeat(16), name: 'virt13', peer: '12D3KooWhost', silent: false }
}

function match(name: string, storage: string, running: string): MatchView {
  return {
    host: `${name}-id`,
    name,
    ownerName: 'alex',
    processor: 'pentium3',
    contract: {
      storagePrice: storage,
      storagePeriodDays: 30,
      runningPrice: running,
      runningPeriodS: 3600,
      storageText: `${storage} / 30 days`,
      runningText: `${running} / 3600 seconds`
    },
    rate: { storagePer30Days: storage, runningPerHour: running },
    online: true,
    methods: ['SCP'],
    reasons: [`storage ${storage} of at most 3`]
  }
}

function search(matches: MatchView[]): SearchView {
  const empty = matches.length === 0
  return {
    configuration: WEB.configuration,
    bid: WEB.bid,
    matches,
    refused: [{ host: 'h', name: 'virt1', constraint: 'speed', message: 'has 0, needs 1000' }],
    advice: empty ? 'Most hosts are too slow.' : null,
    nearest: empty ? { storagePer30Days: '4', runningPerHour: '0.3' } : null
  }
}

test('a search shows why each host fits and its price per period', async () => {
  const answers = { 'machine.search': () => search([match('virt17', '3', '0.002016')]) }
  const { stdout, code } = await tell('machine search web1', { answers })
  assert.equal(code, 0)
  assert.deepEqual(stdout.split('\n'), [
    'debian-mini can be hosted by 1 of 2 hosts:',
    'HOST    OWNER  PROCESSOR  STORAGE $    RUNNING $                METHODS  REACHED  WHY',
    'virt17  alex   pentium3   3 / 30 days  0.002016 / 3600 seconds  SCP      online   storage 3 of at most 3',
    ''
  ])
})

test('an empty search names the constraint that failed and the nearest bid', async () => {
  const answers = { 'machine.search': () => search([]) }
  const { stdout } = await tell('machine search web1', { answers })
  assert.match(stdout, /virt1 +speed +has 0, needs 1000/)
  assert.match(stdout, /Most hosts are too slow\./)
  assert.match(stdout, /nearest bid .* \$ 4 per 30 days, \$ 0\.3 per hour/)
})

test('--cheapest counts storage and 720 hours of running together, to the last digit', async () => {
  const matches = [
    match('dear', '3', '0.000000000002'),
    match('cheap', '3', '0.000000000001'),
    match('low-storage', '2.999999999999', '0.1')
  ]
  const told = await tell('machine store web1 --cheapest', {
    answers: {
      'machine.search': () => search(matches),
      'machine.store': () => operationView({ kind: 'store' }),
      'machine.show': () => ({ ...WEB, state: 'stored', version: 1 })
    },
    operation: [operationView({ kind: 'store', state: 'succeeded', endedAtMs: 3500 })]
  })
  assert.equal(told.code, 0)
  assert.deepEqual(told.calls[1]?.input, { machine: 'web1', host: 'cheap-id' })
  assert.equal(told.stdout, 'web1 is stored on virt13, version 1 (2.5 s)\n')
})

test('--cheapest never picks a host that cannot be reached', async () => {
  const offline = { ...match('near', '1', '0.1'), online: false }
  const answers = { 'machine.search': () => search([offline]) }
  assert.equal((await tell('machine store web1 --cheapest', { answers })).code, 3)
})

const MOVE = { 'machine.move': () => operationView(), 'machine.show': () => WEB }
const TRAIL = [
  { step: 'opening the move', atMs: 1200 },
  { step: 'copying', atMs: 2000 }
]

test('in a pipe an operation tells its steps on stderr and its result on stdout', async () => {
  const told = await tell('mv web1 --host virt13 --method scp', {
    answers: MOVE,
    operation: [
      operationView({ trail: TRAIL.slice(0, 1) }),
      operationView({ trail: TRAIL }),
      operationView({ trail: TRAIL, state: 'succeeded', endedAtMs: 13_000 })
    ]
  })
  assert.equal(told.stderr, 'move: opening the move (200 ms)\nmove: copying (1 s)\n')
  assert.equal(told.stdout, 'web1 is suspended on virt13, version 2 (12 s)\n')
  assert.deepEqual(told.calls[0]?.input, { machine: 'web1', host: 'virt13', method: 'SCP' })
})

test('on a terminal an operation is one live line with percent, rate and time left', async () => {
  const MIB = 1024 ** 2
  const progress = {
    bytesDone: 50 * MIB,
    bytesTotal: 200 * MIB,
    bytesReused: 0,
    bytesSent: 50 * MIB,
    rate: MIB,
    etaMs: 150_000
  }
  const told = await tell('mv web1 --host virt13', {
    answers: MOVE,
    operation: [
      operationView({ step: 'copying', progress }),
      operationView({ state: 'succeeded', endedAtMs: 2000 })
    ],
    stderrIsTty: true
  })
  const line = 'move 25 %  50 MiB of 200 MiB  1 MiB/s  ETA 2 min 30 s  copying'
  assert.ok(told.stderr.includes(`\r\u001b[K${line}`))
  assert.ok(told.stderr.endsWith('\r\u001b[K'), 'the line is wiped at the end')
  assert.ok(!told.stderr.includes('\n'))
})

test('the live line fits the terminal, and a terminal without a size counts as 80 wide', async () => {
  const step = 'x'.repeat(200)
  const operation = [operationView({ step }), operationView({ state: 'succeeded', endedAtMs: 1 })]
  const lengthAt = async (columns: number): Promise<number> => {
    const setting = { answers: MOVE, operation, stderrIsTty: true, columns }
    const { stderr } = await tell('mv web1 --host virt13', setting)
    return Math.max(...stderr.split('\r\u001b[K').map(line => line.length))
  }
  assert.deepEqual(await Promise.all([0, 40, 100].map(lengthAt)), [79, 39, 99])
})

test('--quiet says nothing on stderr', async () => {
  const operation = [operationView({ state: 'succeeded', endedAtMs: 2000, trail: TRAIL })]
  const told = await tell('mv web1 --host virt13 --quiet', { answers: MOVE, operation })
  assert.equal(told.stderr, '')
})

test('--no-wait returns the operation at once', async () => {
  const told = await tell('mv web1 --host virt13 --no-wait', { answers: MOVE })
  assert.equal(told.stdout, 'move has begun; follow it with: virtuoso operation watch aabbccdd\n')
  assert.equal(told.code, 0)
})

test('a failed operation ends with the class of its own error', async () => {
  const error = { code: 'NO_MONEY', class: 'denied', message: 'Too little.', hint: null } as const
  const told = await tell('machine start web1', {
    answers: { 'machine.start': () => operationView({ kind: 'start' }) },
    operation: [operationView({ kind: 'start', state: 'failed', error })]
  })
  assert.equal(told.code, 4)
  assert.match(told.stderr, /virtuoso: Too little\.\n$/)
  assert.equal(told.stdout, '')
})

const ACCOUNT: AccountView = {
  id: 'ab'.repeat(16),
  name: 'ResourceBuyer',
  kind: 'buyer',
  balance: '996.997983999',
  nonce: 3,
  machines: [
    {
      uuid: '1',
      name: 'Configuration1',
      state: 'stopped',
      contract: match('virt17', '3', '0.002016').contract,
      storageDueInMs: 29.9915046296296 * 86_400_000,
      runningDueInMs: null
    },
    {
      uuid: '2',
      name: '50',
      state: 'started',
      contract: match('virt8', '0.1', '0.25').contract,
      storageDueInMs: 863_870_000,
      runningDueInMs: 3_566_000
    }
  ],
  costPerDay: '0.1033',
  costPerSecond: '0.0000694',
  incomePerDay: '0',
  incomePerSecond: '0',
  runwayDays: 165.9
}

test('the account is shown as in figures 22 and 23', async () => {
  const { stdout } = await tell('account show', { answers: { 'account.show': () => ACCOUNT } })
  assert.deepEqual(stdout.split('\n'), [
    'ResourceBuyer  Current balance: $ 996.997983999  Account type: buyer',
    '',
    'MACHINE         STATE    STORAGE COST       RUNNING COST                 NEXT STORAGE DEBIT  NEXT RUNNING DEBIT',
    'Configuration1  stopped  $ 3 per 30 days    $ 0.002016 per 3600 seconds        29.9915 days         not running',
    '50              started  $ 0.1 per 30 days  $ 0.25 per 3600 seconds             9.9985 days        3566 seconds',
    '',
    'Total current cost: $ 0.1033 per day for storage',
    '                    $ 0.0000694 per second of running machines',
    'The balance lasts 165 days at this cost.',
    ''
  ])
})

test('the market is shown as in figure 6', async () => {
  const answers = { 'market.browse': () => ({ configurations: CATALOGUE.slice(0, 2) }) }
  const { stdout } = await tell('market browse', { answers })
  assert.match(stdout, /^Configuration1 .* 4000 .* 64 .* 100 .* 3 .* 0\.064386 .* 16 +standard$/m)
})

test('the list of machines says where each is and in which state', async () => {
  const { stdout } = await tell('ls', { answers: { 'machine.list': () => ({ machines: [WEB] }) } })
  assert.match(stdout, /^web1 .* suspended +2 +virt13 /m)
})

test('a host is added at the prices of the 2004 text unless others are given', async () => {
  const totals = { speed: 1, memoryMb: 512, storageMb: 1 }
  const host = { uuid: 'u', owner: 'o', peer: 'p', processor: 'x', totals, reserved: totals }
  const told = await tell('host add virt17 --speed-price 0.00001 --memory 512', {
    answers: {
      'host.add': ({ name, prices }) => {
        return { ...host, name, prices, machines: [], cached: [], local: true }
      }
    }
  })
  assert.equal(told.code, 0)
  const prices = {
    speedUnit: 1000,
    speedPrice: '0.00001',
    memoryUnitMb: 4,
    memoryPrice: '0.00000001',
    storageUnitMb: 100,
    storagePrice: '0.1',
    runningPeriodS: 3600,
    storagePeriodDays: 30
  }
  const asked = { name: 'virt17', prices, totals: { memoryMb: 512 } }
  assert.deepEqual(told.calls[0]?.input, asked)
})

test('the ways out of a contract ask before they lose something, and name the flag without a terminal', async () => {
  for (const verb of ['release', 'release-contract', 'declare-lost']) {
    const told = await tell(`machine ${verb} web1`)
    assert.equal(told.code, 2)
    assert.match(told.stderr, /--yes/)
    assert.deepEqual(told.calls, [])
  }
})

test('a machine is released on the word of its owner', async () => {
  const released: MachineView = { ...WEB, state: 'stopped', version: 3 }
  const answers = { 'machine.release': () => released }
  const told = await tell('machine release web1 --yes', { answers })
  assert.equal(told.stdout, 'web1 is stopped on virt13, version 3\n')
  assert.deepEqual(told.calls, [{ method: 'machine.release', input: { machine: 'web1' } }])
})

test('a limit is raised to the amount that is given, and to none without it', async () => {
  const answers = { 'machine.raise-limit': () => ({ ...WEB, state: 'started' }) }
  const told = await tell('machine raise-limit web1 --spend-limit 5', { answers })
  assert.deepEqual(told.calls[0]?.input, { machine: 'web1', spendLimit: '5' })
  const without = await tell('machine raise-limit web1', { answers })
  assert.equal(without.code, 2)
  assert.match(without.stderr, /--spend-limit is missing/)
})

test('a machine whose host is silent, unsealed or about to evict it says so', async () => {
  const holder = { uuid: 'h', name: 'virt13', peer: 'p', silent: true }
  const view: MachineView = { ...WEB, state: 'stopped', holder, sealed: false, graceEndsMs: 0 }
  const { stdout } = await tell('machine show web1', { answers: { 'machine.show': () => view } })
  assert.match(stdout, /^Silent +the host is not heard: running costs nothing now$/m)
  assert.match(stdout, /^Unsealed +released; its host has not said yet/m)
  assert.match(stdout, /^Evicted from +1970-01-01/m)
})

test('older versions are listed with the space for them, and one of no known version says so', async () => {
  const copy = { machine: WEB.uuid, name: 'web1', version: 3, bytes: 3 * 2 ** 20, sinceMs: 0 }
  const other = { ...copy, name: 'db1', version: null, sinceMs: null, needed: true }
  const copies = [{ ...copy, needed: false }, other]
  const answers = { 'host.cached': () => ({ quotaBytes: 2 ** 30, copies }) }
  const { stdout } = await tell('host cached', { answers })
  const [used, , web, db] = stdout.split('\n')
  assert.equal(used, '3 MiB of 1 GiB for older versions are used')
  assert.match(web ?? '', /^web1 .* 3 +3 MiB +1970-01-01.* no$/)
  assert.match(db ?? '', /^db1 .* unknown +3 MiB +- +yes$/)
})

test('an older version is dropped after a question and the freed space is said', async () => {
  const answers = { 'host.drop-cached': () => ({ machine: WEB.uuid, freedBytes: 2 ** 20 }) }
  const { stdout } = await tell('host drop-cached web1 --yes', { answers })
  assert.match(stdout, /^1 MiB are free again/)
})

test('older versions elsewhere are purged after a question, and the places are said', async () => {
  const purged = [{ uuid: WEB.uuid, name: 'virt13' }]
  const answers = { 'machine.purge': () => ({ machine: WEB.uuid, purged }) }
  const { stdout } = await tell('machine purge web1 --yes', { answers })
  assert.match(stdout, /^nothing of web1 is left at virt13/)
  const none = { 'machine.purge': () => ({ machine: WEB.uuid, purged: [] }) }
  const said = await tell('machine purge web1 --yes', { answers: none })
  assert.match(said.stdout, /^web1 has never been anywhere else/)
})

test('a machine is vouched for after a question, and it is said who has the word', async () => {
  const destination = { uuid: WEB.uuid, name: 'virt13' }
  const answers = { 'machine.vouch': () => ({ machine: WEB.uuid, destination }) }
  const { stdout } = await tell('machine vouch web1 --yes', { answers })
  assert.match(stdout, /^virt13 has your word for web1 and commits the move/)
  const unasked = await tell('machine vouch web1', { answers })
  assert.equal(unasked.code, 2)
  assert.match(unasked.stderr, /--yes/)
})

test('notice says from when the machine may be evicted', async () => {
  const answers = { 'host.give-notice': () => ({ ...WEB, graceEndsMs: 0 }) }
  const { stdout } = await tell('host give-notice web1', { answers })
  assert.match(stdout, /^web1 is under notice and may be evicted from 1970-01-01/)
})
