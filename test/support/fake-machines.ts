/** The small market the fake node knows, with the figures of the 2004 text. */
import type {
  ActionView,
  CatalogueEntry,
  ConfigurationView,
  ContractView,
  MachineAction,
  MachineView,
  MatchView,
  SearchView
} from '../../node/index.ts'

export const START_MS = 1_700_000_000_000

const configuration = (
  name: string,
  os: string,
  speed: number,
  memoryMb: number,
  storageMb: number
): ConfigurationView => ({
  name,
  processor: 'Pentium3',
  os,
  speed,
  memoryMb,
  storageMb,
  image: null
})

const entry = (
  one: ConfigurationView,
  storage: string,
  running: string,
  providers: number
): CatalogueEntry => ({
  configuration: one,
  preconfigured: one.image !== null,
  average:
    providers === 0 ? null : { storagePer30Days: storage, runningPerHour: running, providers }
})

const DEBIAN_MINI: ConfigurationView = {
  name: 'debian-mini',
  processor: 'x86-64',
  os: 'linux',
  speed: 500,
  memoryMb: 128,
  storageMb: 50,
  image: 'ab'.repeat(32)
}

export const CATALOGUE: readonly CatalogueEntry[] = [
  entry(DEBIAN_MINI, '1.5', '0.00252', 2),
  entry(configuration('Configuration1', 'win98', 4000, 64, 100), '3', '0.064386', 16),
  entry(configuration('Configuration2', 'win98', 2000, 32, 50), '1.5', '0.028728', 18),
  entry(configuration('Configuration9', 'linux', 4000, 64, 100), '3', '0.064386', 16),
  entry(configuration('Configuration10', 'linux', 2000, 32, 50), '1.5', '0.028728', 18),
  entry(configuration('win2000Pro', 'winPro', 90_000, 256, 1000), '', '', 0)
]

export interface FakeHost {
  readonly uuid: string
  readonly name: string
  readonly contract: ContractView
  readonly online: boolean
}

const contract = (storagePrice: string, runningPrice: string): ContractView => ({
  storagePrice,
  storagePeriodDays: 30,
  runningPrice,
  runningPeriodS: 3600,
  storageText: `${storagePrice} / 30 days`,
  runningText: `${runningPrice} / 3600 seconds`
})

const uuid = (digit: string): string => `00000000-0000-8000-8000-${digit.repeat(12)}`

export const HOSTS: readonly FakeHost[] = [
  { uuid: uuid('a'), name: 'virt17', contract: contract('1.5', '0.002016'), online: true },
  { uuid: uuid('b'), name: 'virt5', contract: contract('1.5', '0.003024'), online: true },
  { uuid: uuid('c'), name: 'virt6', contract: contract('1.5', '0.002016'), online: false }
]

const LEGAL: Readonly<Record<string, readonly MachineAction[]>> = {
  registered: ['search', 'edit', 'discard', 'store'],
  stored: ['start', 'move', 'delete', 'release-contract', 'declare-lost'],
  started: ['stop', 'suspend', 'console', 'raise-limit', 'release', 'release-contract'],
  stopped: ['start', 'move', 'delete', 'release-contract', 'declare-lost'],
  suspended: ['resume', 'move', 'delete', 'release-contract', 'declare-lost'],
  migrating: []
}

const ACTIONS: readonly MachineAction[] = [
  'search',
  'edit',
  'discard',
  'store',
  'start',
  'stop',
  'suspend',
  'resume',
  'move',
  'console',
  'delete',
  'raise-limit',
  'release',
  'release-contract',
  'declare-lost'
]

const NEEDS: Readonly<Record<MachineAction, string>> = {
  search: 'registered',
  edit: 'registered',
  discard: 'registered',
  store: 'registered',
  start: 'stored or stopped',
  stop: 'started',
  suspend: 'started',
  resume: 'suspended',
  move: 'stored, stopped or suspended',
  console: 'started',
  delete: 'stored, stopped or suspended',
  'raise-limit': 'started',
  release: 'started',
  'release-contract': 'stored, started, stopped or suspended',
  'declare-lost': 'stored, stopped or suspended'
}

export function actionsIn(state: string): ActionView[] {
  return ACTIONS.map(action => ({
    action,
    reason: LEGAL[state]?.includes(action)
      ? null
      : `It is ${state}; ${action} needs ${NEEDS[action]}.`
  }))
}

export function machineOf(
  digit: string,
  name: string,
  one: ConfigurationView,
  bid: MachineView['bid']
): MachineView {
  return {
    uuid: `1${digit.repeat(7)}-0000-8000-8000-000000000000`,
    name,
    owner: 'cd'.repeat(16),
    configuration: one,
    bid,
    state: 'registered',
    version: 0,
    holder: null,
    contract: null,
    root: null,
    sealed: false,
    copyAt: null,
    graceEndsMs: null,
    actions: actionsIn('registered'),
    storageDueMs: null,
    runningDueMs: null,
    runningCreditMs: 0,
    spendLimit: null,
    spent: '0',
    halt: null,
    migration: null,
    operation: null
  }
}

const CHEAPEST = { storagePer30Days: '1.5', runningPerHour: '0.002016' }

export function searchFor(
  machine: MachineView,
  move: boolean,
  bid: MachineView['bid'] = machine.bid
): SearchView {
  if (Number(bid.runningPerHour) < Number(CHEAPEST.runningPerHour)) return nobodyMeets(machine, bid)
  const matches = HOSTS.filter(host => host.uuid !== machine.holder?.uuid).map(
    (host): MatchView => ({
      host: host.uuid,
      name: host.name,
      ownerName: 'alex',
      processor: 'pentium3',
      contract: host.contract,
      rate: {
        storagePer30Days: host.contract.storagePrice,
        runningPerHour: host.contract.runningPrice
      },
      online: host.online,
      methods: move && host.online ? ['SCP'] : [],
      reasons: [
        `storage ${host.contract.storagePrice} of at most ${bid.storagePer30Days} per 30 days`,
        `running ${host.contract.runningPrice} of at most ${bid.runningPerHour} per hour`,
        `memory ${machine.configuration.memoryMb} of 1372 MB free`
      ]
    })
  )
  const refused = [
    {
      host: uuid('d'),
      name: 'virt10',
      constraint: 'speed',
      message: 'speed 0 of 500 bogomips free'
    },
    {
      host: uuid('e'),
      name: 'virt13',
      constraint: 'running price',
      message: 'running 0.3744 of at most 0.00252 per hour'
    }
  ]
  const { configuration: wanted } = machine
  return { configuration: wanted, bid, matches, refused, advice: null, nearest: null }
}

function nobodyMeets(machine: MachineView, bid: MachineView['bid']): SearchView {
  const refused = HOSTS.map(host => ({
    host: host.uuid,
    name: host.name,
    constraint: 'running-price',
    message: `running costs ${host.contract.runningPrice} per hour, the bid is ${bid.runningPerHour}`
  }))
  const { configuration: wanted } = machine
  const advice = `running-price rules out 3 of 3 offers: the nearest bid that finds a host is ${CHEAPEST.storagePer30Days} per 30 days and ${CHEAPEST.runningPerHour} per hour`
  return { configuration: wanted, bid, matches: [], refused, advice, nearest: CHEAPEST }
}
