import {
  type Bid,
  type Configuration,
  type Contract,
  describeRunning,
  describeStorage,
  formatDollars,
  graceEndsMs,
  type HostRecord,
  isSilent,
  type MachineRecord,
  type Offer,
  type Prices,
  type Resources,
  runningDueAtMs,
  type StateReader
} from '../../ledger/index.ts'
import type {
  BidView,
  ConfigurationView,
  ContractView,
  HostName,
  MachineView,
  OfferView,
  PricesView,
  ResourcesView
} from '../api/index.ts'
import { peerTextOf } from '../network/index.ts'
import { actionsOf } from './actions.ts'

export function viewConfiguration(configuration: Configuration): ConfigurationView {
  const { name, processor, os, speed, memoryMb, storageMb, image } = configuration
  return { name, processor, os, speed, memoryMb, storageMb, image }
}

export function viewBid(bid: Bid): BidView {
  return {
    storagePer30Days: formatDollars(bid.storagePer30Days),
    runningPerHour: formatDollars(bid.runningPerHour)
  }
}

export function viewContract(contract: Contract): ContractView {
  return {
    storagePrice: formatDollars(contract.storagePrice),
    storagePeriodDays: contract.storagePeriodDays,
    runningPrice: formatDollars(contract.runningPrice),
    runningPeriodS: contract.runningPeriodS,
    storageText: describeStorage(contract),
    runningText: describeRunning(contract)
  }
}

export function viewResources(resources: Resources): ResourcesView {
  const { speed, memoryMb, storageMb } = resources
  return { speed, memoryMb, storageMb }
}

export function viewPrices(prices: Prices): PricesView {
  return {
    speedUnit: prices.speedUnit,
    speedPrice: formatDollars(prices.speedPrice),
    memoryUnitMb: prices.memoryUnitMb,
    memoryPrice: formatDollars(prices.memoryPrice),
    storageUnitMb: prices.storageUnitMb,
    storagePrice: formatDollars(prices.storagePrice),
    runningPeriodS: prices.runningPeriodS,
    storagePeriodDays: prices.storagePeriodDays
  }
}

export function viewOffer(state: StateReader, offer: Offer, online: boolean): OfferView {
  const host = state.host(offer.host)
  return {
    host: offer.host,
    name: offer.name,
    owner: offer.owner,
    ownerName: state.account(offer.owner)?.name ?? offer.owner,
    peer: host === undefined ? '' : peerTextOf(host.key),
    processor: offer.processor,
    totals: viewResources(offer.totals),
    free: viewResources(offer.free),
    prices: viewPrices(offer.prices),
    connectSpeed: offer.connectSpeed,
    methods: [...offer.methods],
    sequence: offer.sequence,
    issuedAtMs: offer.issuedAtMs,
    expiresAtMs: offer.expiresAtMs,
    online
  }
}

function viewHolder(state: StateReader, host: HostRecord): NonNullable<MachineView['holder']> {
  const { uuid, name, key } = host
  return { uuid, name, peer: peerTextOf(key), silent: isSilent(state, host) }
}

export function viewMachine(
  state: StateReader,
  machine: MachineRecord,
  operation: string | null
): MachineView {
  const holder = machine.holder === null ? undefined : state.host(machine.holder)
  const migration = state.migration(machine.uuid)
  const { billing } = machine
  return {
    uuid: machine.uuid,
    name: machine.configuration.name,
    owner: machine.owner,
    configuration: viewConfiguration(machine.configuration),
    bid: viewBid(machine.bid),
    state: machine.state,
    version: machine.version,
    holder: holder === undefined ? null : viewHolder(state, holder),
    contract: machine.contract === null ? null : viewContract(machine.contract),
    root: machine.root,
    sealed: machine.sealed !== null && machine.sealed.version === machine.version,
    copyAt: machine.retained === null ? null : viewHostName(state, machine.retained.host),
    graceEndsMs: graceEndsMs(machine, state.genesis.parameters.graceMs),
    actions: actionsOf(state, machine, operation),
    storageDueMs: billing.storageDueMs,
    runningDueMs: runningDueAtMs(state, machine),
    runningCreditMs: billing.runningCreditMs,
    spendLimit: billing.spendLimit === null ? null : formatDollars(billing.spendLimit),
    spent: formatDollars(billing.spent),
    halt: billing.halt,
    migration:
      migration === undefined
        ? null
        : {
            id: migration.id,
            origin: viewHostName(state, migration.origin),
            destination: viewHostName(state, migration.destination),
            deadlineMs: migration.deadlineMs
          },
    operation
  }
}

/** A host that has left the ledger has no name any more: its id stands for it. */
function viewHostName(state: StateReader, uuid: string): HostName {
  return { uuid, name: state.host(uuid)?.name ?? uuid }
}
