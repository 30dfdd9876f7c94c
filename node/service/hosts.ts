import {
  type AccountRecord,
  type HostRecord,
  type MachineRecord,
  type Prices,
  type Resources,
  type Signer,
  type StateReader,
  signHostProof
} from '../../ledger/index.ts'
import type { HostFacts, HostView, Input, Output, PricesView } from '../api/index.ts'
import { peerTextOf } from '../network/index.ts'
import { accountOfKind, requireFullNode, requireKind, type ServiceContext } from './context.ts'
import { dollars, submit, view } from './machines.ts'
import { findByName } from './names.ts'
import { refuse, refuseByCode } from './refuse.ts'
import { viewContract, viewPrices, viewResources } from './views.ts'

export interface HostServices {
  readonly facts: () => Promise<HostFacts>
  /** The node's own key, which becomes the host's. */
  readonly nodeKey: Signer
  readonly saveTerms: (terms: {
    host: string
    prices: Prices
    connectSpeed: string
  }) => Promise<void>
}

/** Adds this physical machine to the market (2004 text, 5.2.2): its totals are locked from then on. */
export async function addHost(
  context: ServiceContext,
  services: HostServices,
  input: Input<'host.add'>
): Promise<HostView> {
  const account = await requireKind(context, 'provider')
  requireFullNode(context, 'a host')
  const facts = await services.facts()
  const prices = pricesFrom(input.prices)
  const totals = totalsFrom(facts, input.totals)
  const byKey = () => context.ledger.read(state => state.hostWithKey(services.nodeKey.publicKey))
  const known = await byKey()
  if (known !== undefined) {
    throw refuse(
      'HOST_KEY_TAKEN',
      'failed',
      `this node is host ${known.name} already`,
      'every physical machine runs a node of its own'
    )
  }
  await registerHost(context, services, account, { name: input.name, facts, totals })
  const host = await byKey()
  if (host === undefined) throw new Error(`host ${input.name} was registered and is not there`)
  const terms = {
    host: host.uuid,
    prices,
    connectSpeed: input.connectSpeed ?? facts.connectSpeed
  }
  await services.saveTerms(terms)
  await context.host.activate(terms)
  return viewHost(context, host)
}

async function registerHost(
  context: ServiceContext,
  { nodeKey }: HostServices,
  account: AccountRecord,
  wish: { name: string; facts: HostFacts; totals: Resources }
): Promise<void> {
  const nonce = account.nonce + 1
  const proof = signHostProof(context.ledger.context.network, account.id, nonce, nodeKey)
  await submit(context, {
    type: 'register-host',
    name: wish.name,
    processor: wish.facts.processor,
    totals: wish.totals,
    key: nodeKey.publicKey,
    proof
  })
}

/** The provider's own hosts, with what only this node knows of the one it runs on. */
export async function listHosts(context: ServiceContext): Promise<Output<'host.list'>> {
  const hosts = await context.ledger.read(state => [
    ...state.hosts(accountOfKind(state, context, 'provider').id)
  ])
  return { hosts: await Promise.all(hosts.map(host => viewHost(context, host))) }
}

/** From here on the owner has the grace to fetch the machine or move it; after that the host evicts it. */
export function giveNotice(
  context: ServiceContext,
  input: { machine: string }
): Promise<Output<'machine.show'>> {
  return sayOfGuest(context, 'give-notice', input.machine)
}

/** Once the grace is over; the host does so by itself, too. */
export function evict(
  context: ServiceContext,
  input: { machine: string }
): Promise<Output<'machine.show'>> {
  return sayOfGuest(context, 'evict', input.machine)
}

async function sayOfGuest(
  context: ServiceContext,
  type: 'give-notice' | 'evict',
  wanted: string
): Promise<Output<'machine.show'>> {
  await requireKind(context, 'provider')
  const { ledger, host } = context
  const guests = await ledger.read(state => guestsOf(state, host.uuid()))
  const machine = findByName('machine', wanted, guests, each => each.configuration.name, HELD_HERE)
  const outcome = await host.say({ type, machine: machine.uuid, version: machine.version })
  if (!outcome.ok) throw refuseByCode(outcome.code, outcome.message)
  return ledger.read(state => view(state, context, state.machine(machine.uuid) ?? machine))
}

/** Where a provider finds the names of the machines on its host. */
const HELD_HERE = 'virtuoso host list'

async function viewHost(context: ServiceContext, host: HostRecord): Promise<HostView> {
  const local = context.host.uuid() === host.uuid
  const held = local ? await context.host.machines() : []
  const offer = context.market.offers().find(entry => entry.signed.offer.host === host.uuid)
  const prices = offer?.signed.offer.prices ?? (local ? context.host.terms()?.prices : undefined)
  const { machines, ownerName } = await context.ledger.read(state => ({
    machines: guestsOf(state, host.uuid),
    ownerName: state.account(host.owner)?.name
  }))
  return {
    uuid: host.uuid,
    name: host.name,
    owner: ownerName ?? host.owner,
    peer: peerTextOf(host.key),
    processor: host.processor,
    totals: viewResources(host.totals),
    reserved: viewResources(host.reserved),
    prices: prices === undefined ? null : viewPrices(prices),
    machines: machines.map(machine => viewGuest(machine, held)),
    cached: held
      .filter(each => each.role === 'cached')
      .map(({ machine, version, bytes }) => ({ machine, version, bytes })),
    local
  }
}

function guestsOf(state: StateReader, host: string | null): MachineRecord[] {
  return [...state.machines()].filter(({ holder }) => holder !== null && holder === host)
}

/** The version is the one that lies on this host's disk where that is known, so that a difference shows. */
function viewGuest(
  machine: MachineRecord,
  held: readonly { machine: string; version: number }[]
): HostView['machines'][number] {
  return {
    uuid: machine.uuid,
    name: machine.configuration.name,
    state: machine.state,
    version: held.find(each => each.machine === machine.uuid)?.version ?? machine.version,
    contract: machine.contract === null ? null : viewContract(machine.contract)
  }
}

function pricesFrom(view: PricesView): Prices {
  return {
    speedUnit: view.speedUnit,
    speedPrice: dollars(view.speedPrice, 'speed price'),
    memoryUnitMb: view.memoryUnitMb,
    memoryPrice: dollars(view.memoryPrice, 'memory price'),
    storageUnitMb: view.storageUnitMb,
    storagePrice: dollars(view.storagePrice, 'storage price'),
    runningPeriodS: view.runningPeriodS,
    storagePeriodDays: view.storagePeriodDays
  }
}

/** A provider may offer less than there is, never more: the totals cannot be taken back later. */
function totalsFrom(facts: HostFacts, wished: Input<'host.add'>['totals']): Resources {
  const totals = {
    speed: wished?.speed ?? facts.speed,
    memoryMb: wished?.memoryMb ?? facts.memoryMb,
    storageMb: wished?.storageMb ?? facts.storageMb
  }
  for (const what of ['speed', 'memoryMb', 'storageMb'] as const) {
    if (totals[what] <= facts[what]) continue
    throw refuse(
      'HOST_MALFORMED',
      'usage',
      `${what} ${totals[what]} is more than this machine has (${facts[what]})`,
      'virtuoso host facts'
    )
  }
  return totals
}
