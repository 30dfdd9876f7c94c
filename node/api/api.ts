/**
 * What a node does for its owner: the one list of methods behind the unix socket, used by the CLI and the
 * terminal UI. Each method is `POST /v1/<method>` with a JSON object, answered with a JSON object.
 * Amounts are decimal dollars as text ("996.997984"), times are ms since 1970, sizes are named by unit.
 */

import type { ElectionView } from './election-view.ts'
import type { AuditView, BlocksView, CheckpointView, LedgerHead } from './ledger-view.ts'
import type { MachineHistoryView, MigrationStatusView } from './machine-past.ts'
import type { OperationView } from './operation.ts'

export interface ResourcesView {
  speed: number
  memoryMb: number
  storageMb: number
}

export interface ConfigurationView extends ResourcesView {
  name: string
  processor: string
  os: string
  image: string | null
}

export interface PricesView {
  speedUnit: number
  speedPrice: string
  memoryUnitMb: number
  memoryPrice: string
  storageUnitMb: number
  storagePrice: string
  runningPeriodS: number
  storagePeriodDays: number
}

export interface BidView {
  storagePer30Days: string
  runningPerHour: string
}

/** One row of "browse machines" (2004 text, figure 6). */
export interface CatalogueEntry {
  configuration: ConfigurationView
  preconfigured: boolean
  /** Mean over the providers able to host it now; null when nobody can. */
  average: (BidView & { providers: number }) | null
}

export interface OfferView {
  host: string
  name: string
  owner: string
  ownerName: string
  peer: string
  processor: string
  totals: ResourcesView
  free: ResourcesView
  prices: PricesView
  connectSpeed: string
  methods: string[]
  sequence: number
  issuedAtMs: number
  expiresAtMs: number
  /** This node has a connection to the host, or can dial it. */
  online: boolean
}

export interface ContractView {
  storagePrice: string
  storagePeriodDays: number
  runningPrice: string
  runningPeriodS: number
  /** As the 2004 figures print them: "3 / 30 days" and "0.002016 / 3600 seconds". */
  storageText: string
  runningText: string
}

export type MachineAction =
  | 'search'
  | 'edit'
  | 'discard'
  | 'store'
  | 'start'
  | 'stop'
  | 'suspend'
  | 'resume'
  | 'move'
  | 'console'
  | 'delete'
  | 'raise-limit'
  | 'release'
  | 'release-contract'
  | 'declare-lost'

export interface ActionView {
  action: MachineAction
  /** null: legal now; otherwise the sentence that says why not. */
  reason: string | null
}

export interface HostName {
  uuid: string
  name: string
}

export interface MachineView {
  uuid: string
  name: string
  owner: string
  configuration: ConfigurationView
  bid: BidView
  state: string
  version: number
  /** A silent host has not been heard for three periods: its machines' running clocks stand. */
  holder: { uuid: string; name: string; peer: string; silent: boolean } | null
  contract: ContractView | null
  root: string | null
  /** Whether `root` is that of the present version. A released machine is not until its host has said so. */
  sealed: boolean
  /** The host it was moved from, where that still keeps what was sealed last: it can be the heir of `declare-lost`. */
  copyAt: HostName | null
  /** From when the host may evict it, because it gave notice or storage is owed; null: it may not. */
  graceEndsMs: number | null
  actions: ActionView[]
  storageDueMs: number | null
  runningDueMs: number | null
  runningCreditMs: number
  spendLimit: string | null
  spent: string
  halt: { reason: 'unpaid' | 'limit'; atMs: number } | null
  migration: { id: string; origin: HostName; destination: HostName; deadlineMs: number } | null
  /** The operation under way for it on this node. */
  operation: string | null
}

/** Why one host fits or does not (`search --explain`). */
export interface MatchView {
  host: string
  name: string
  ownerName: string
  processor: string
  contract: ContractView
  /** The contract's prices as rates over 30 days and one hour, which the bid is compared with. */
  rate: BidView
  online: boolean
  /** VMMP methods when the search is for a move (figure 20); empty when offline. */
  methods: string[]
  /** e.g. "storage 3 of at most 3 per 30 days". */
  reasons: string[]
}

export interface SearchView {
  configuration: ConfigurationView
  bid: BidView
  matches: MatchView[]
  refused: { host: string; name: string; constraint: string; message: string }[]
  /** For an empty result: what failed most offers, and the nearest bid that would have matched. */
  advice: string | null
  nearest: BidView | null
}

export interface HostView {
  uuid: string
  name: string
  owner: string
  peer: string
  processor: string
  totals: ResourcesView
  reserved: ResourcesView
  prices: PricesView | null
  /** Machines it holds, with their contracts. */
  machines: {
    uuid: string
    name: string
    state: string
    version: number
    contract: ContractView | null
  }[]
  /** Older versions kept after a move away. */
  cached: { machine: string; version: number; bytes: number }[]
  local: boolean
}

/** An older version that this node keeps of a machine that moved away. */
export interface CachedCopyView {
  machine: string
  name: string
  /** null: what lies there is not known to be a version of the ledger's. */
  version: number | null
  /** Disk space it takes. */
  bytes: number
  /** When it moved away; null: not known. */
  sinceMs: number | null
  /** A move is under way, or the ledger retains the copy for its owner: it cannot be evicted. */
  needed: boolean
}

export interface HostFacts extends ResourcesView {
  name: string
  processor: string
  connectSpeed: string
  vmm: string
  accelerator: string
}

export interface AccountView {
  id: string
  name: string
  kind: 'buyer' | 'provider'
  balance: string
  nonce: number
  /** Figures 22 and 23: one row a machine. */
  machines: {
    uuid: string
    name: string
    state: string
    contract: ContractView | null
    storageDueInMs: number | null
    runningDueInMs: number | null
  }[]
  costPerDay: string
  costPerSecond: string
  /** Figure 32, for a provider. */
  incomePerDay: string
  incomePerSecond: string
  /** How long the balance lasts at the present cost; null when nothing is being spent. */
  runwayDays: number | null
}

export interface NodeStatus {
  name: string
  version: string
  pid: number
  peer: string
  addresses: string[]
  roles: string[]
  network: string
  networkName: string
  dev: boolean
  dataDir: string
  uptimeMs: number
  rssBytes: number
  ledger: {
    /** `full` replays every block; `light` follows heads and has each read proven. */
    kind: 'light' | 'full'
    height: number
    timeMs: number
    stateRoot: string
    /** A peer is further; on a light node: there is no head that is new enough. */
    behind: boolean
  }
  /** What the account pays for registering something, and for every other transaction it signs. */
  fees: { register: string; transaction: string }
  peers: number
  offers: number
  account: { id: string; name: string; kind: string; balance: string } | null
  hosts: string[]
}

export interface PeerView {
  peer: string
  addresses: string[]
  direction: 'inbound' | 'outbound'
  protocols: string[]
}

export interface EventView {
  sequence: number
  atMs: number
  topic: string
  message: string
  fields: Record<string, string | number | boolean | null>
}

/** What transactions cost on this network. */
export interface FeesView {
  openFee: string
  registerFee: string
  transactionFee: string
  /** By all, ever. */
  paid: string
  /** This node's part as a coordinator; null when it is none. */
  part: { earned: string; collected: string } | null
}

/** input and output of every method. `machine` accepts a name, a UUID or a unique prefix. */
export interface NodeApi {
  'node.status': [Record<string, never>, NodeStatus]
  'node.peers': [Record<string, never>, { peers: PeerView[] }]
  'node.stop': [Record<string, never>, { stopping: true }]
  'account.open': [{ name: string; kind: 'buyer' | 'provider' }, AccountView]
  'account.show': [{ account?: string }, AccountView]
  /** By the account that the genesis names as issuer. */
  'account.issue': [{ account: string; amount: string }, AccountView]
  'market.browse': [Record<string, never>, { configurations: CatalogueEntry[] }]
  'offer.list': [Record<string, never>, { offers: OfferView[] }]
  'host.facts': [Record<string, never>, HostFacts]
  'host.add': [
    {
      name: string
      prices: PricesView
      /** Part of the machine that is offered; default what `host.facts` reads. */
      totals?: Partial<ResourcesView>
      connectSpeed?: string
    },
    HostView
  ]
  'host.list': [Record<string, never>, { hosts: HostView[] }]
  'machine.create': [
    {
      configuration: string
      name?: string
      bid?: Partial<BidView>
      speed?: number
      memoryMb?: number
      storageMb?: number
    },
    MachineView
  ]
  'machine.edit': [
    {
      machine: string
      name?: string
      bid?: Partial<BidView>
      speed?: number
      memoryMb?: number
      storageMb?: number
    },
    MachineView
  ]
  'machine.discard': [{ machine: string }, { discarded: string }]
  'machine.list': [{ all?: boolean }, { machines: MachineView[] }]
  'machine.show': [{ machine: string }, MachineView]
  'machine.history': [{ machine: string }, MachineHistoryView]
  'machine.migration-status': [{ machine: string }, MigrationStatusView]
  'machine.search': [
    { machine?: string; configuration?: string; bid?: Partial<BidView>; move?: boolean },
    SearchView
  ]
  'machine.store': [{ machine: string; host: string }, OperationView]
  'machine.start': [{ machine: string; spendLimit?: string }, OperationView]
  'machine.resume': [{ machine: string; spendLimit?: string }, OperationView]
  'machine.stop': [{ machine: string }, OperationView]
  'machine.suspend': [{ machine: string }, OperationView]
  'machine.move': [{ machine: string; host: string; method?: string }, OperationView]
  'machine.delete': [{ machine: string }, OperationView]
  /** The owner's own word, which needs none of the host: done when it answers. */
  'machine.raise-limit': [{ machine: string; spendLimit: string }, MachineView]
  'machine.release': [{ machine: string }, MachineView]
  'machine.release-contract': [{ machine: string }, MachineView]
  /** `heir`: a host that keeps a copy of what was sealed last, and goes on with it. */
  'machine.declare-lost': [{ machine: string; heir?: string }, MachineView]
  /** Older versions are removed where the machine was, or at one host; all of them, or the refusal says which. */
  'machine.purge': [
    { machine: string; host?: string },
    { machine: string; purged: { uuid: string; name: string }[] }
  ]
  /**
   * In place of the receipt that the origin of its move withholds; done when the destination has it. The step of the
   * move's operation says when it is waited for.
   */
  'machine.vouch': [
    { machine: string },
    { machine: string; destination: { uuid: string; name: string } }
  ]
  /** Of a machine on the host that this node is: its owner has the grace to fetch it, then it is evicted. */
  'host.give-notice': [{ machine: string }, MachineView]
  'host.evict': [{ machine: string }, MachineView]
  /** The copies that are not needed are kept within the quota. */
  'host.cached': [Record<string, never>, { quotaBytes: number; copies: CachedCopyView[] }]
  'host.drop-cached': [{ machine: string }, { machine: string; freedBytes: number }]
  'operation.list': [Record<string, never>, { operations: OperationView[] }]
  'operation.show': [{ operation: string }, OperationView]
  'operation.cancel': [{ operation: string }, OperationView]
  'ledger.head': [Record<string, never>, LedgerHead]
  /**
   * Some mebibytes of blocks, one at least where there are any; from a peer by its PeerId, else what this node holds.
   * `stateRoot` is this node's own, of its newest block.
   */
  'ledger.blocks': [{ from: number; to?: number; peer?: string }, BlocksView]
  /** Of the newest block unless a height is given. */
  'ledger.checkpoint': [{ height?: number }, CheckpointView]
  /** Refused with a code where it contradicts this node's ledger, or what this node cosigned before. */
  'ledger.cosign': [{ text: string }, CheckpointView]
  'ledger.fees': [Record<string, never>, FeesView]
  /** To the account of this coordinator. */
  'ledger.collect-fees': [Record<string, never>, FeesView]
  'election.show': [Record<string, never>, ElectionView]
  /** With the key of this node; where it is reached, unless it is where it listens. */
  'election.stand': [{ addresses?: string[] }, ElectionView]
  'election.withdraw': [Record<string, never>, ElectionView]
  /** Names or ids of accounts; none: this account has no ballot any more. */
  'election.vote': [{ candidates: string[] }, ElectionView]
  audit: [Record<string, never>, AuditView]
}

export type Method = keyof NodeApi
export type Input<M extends Method> = NodeApi[M][0]
export type Output<M extends Method> = NodeApi[M][1]
