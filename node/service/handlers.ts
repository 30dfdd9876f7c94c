import type { Duplex } from 'node:stream'
import type { ConsoleKind, NodeStatus, OperationView } from '../api/index.ts'
import type { Handlers } from '../api-server/index.ts'
import { viewConsole } from '../console/index.ts'
import type { Witness } from '../witness/index.ts'
import { viewAccount } from './account-view.ts'
import { audit } from './audit.ts'
import { pageOfBlocks } from './blocks-page.ts'
import { dropCached, listCached } from './cached.ts'
import { cosign, makeCheckpoint } from './checkpoints.ts'
import { accountIn, type ServiceContext } from './context.ts'
import { issue, showElection, stand, vote, withdraw } from './elections.ts'
import { collectFees, showFees } from './fees.ts'
import { showHead } from './head.ts'
import { addHost, evict, giveNotice, type HostServices, listHosts } from './hosts.ts'
import { machineHistory, migrationStatus } from './machine-past.ts'
import {
  createMachine,
  discardMachine,
  editMachine,
  listMachines,
  mineIn,
  showMachine,
  submit
} from './machines.ts'
import { move, run, simple, store } from './orders.ts'
import { declareLost, raiseLimit, release, releaseContract } from './owner-words.ts'
import { purge } from './purge.ts'
import { readEach } from './read-each.ts'
import { refuse } from './refuse.ts'
import { browse, search } from './search.ts'
import { viewOffer } from './views.ts'
import { vouch } from './vouch.ts'

export interface HandlerOptions {
  readonly context: ServiceContext
  readonly hosts: HostServices
  /** null on a light node. */
  readonly witness: Witness | null
  readonly status: () => Promise<NodeStatus>
  readonly stop: () => void
}

/** Every method of the API, by name. */
export function createHandlers(options: HandlerOptions): Handlers {
  const { context, hosts } = options
  return {
    'node.status': options.status,
    'node.peers': async () => ({ peers: await context.network.peers() }),
    'node.stop': async () => {
      options.stop()
      return { stopping: true }
    },
    'account.open': async input => {
      await submit(context, {
        type: 'open-account',
        name: input.name,
        kind: input.kind,
        key: context.accountKey.publicKey
      })
      return showAccount(context, undefined)
    },
    'account.show': input => showAccount(context, input.account),
    'account.issue': async input => showAccount(context, (await issue(context, input)).id),
    'market.browse': () => browse(context),
    'offer.list': async () => ({ offers: await listOffers(context) }),
    'host.facts': () => hosts.facts(),
    'host.add': input => addHost(context, hosts, input),
    'host.list': () => listHosts(context),
    'machine.create': input => createMachine(context, input),
    'machine.edit': input => editMachine(context, input),
    'machine.discard': input => discardMachine(context, input),
    'machine.list': input => listMachines(context, input),
    'machine.show': input => showMachine(context, input),
    'machine.history': input => machineHistory(context, input),
    'machine.migration-status': input => migrationStatus(context, input),
    'machine.search': input => search(context, input),
    'machine.store': input => store(context, input),
    'machine.start': input => run(context, 'start', input),
    'machine.resume': input => run(context, 'resume', input),
    'machine.stop': input => simple(context, 'stop', input),
    'machine.suspend': input => simple(context, 'suspend', input),
    'machine.delete': input => simple(context, 'delete', input),
    'machine.move': input => move(context, input),
    'machine.raise-limit': input => raiseLimit(context, input),
    'machine.release': input => release(context, input),
    'machine.release-contract': input => releaseContract(context, input),
    'machine.declare-lost': input => declareLost(context, input),
    'machine.purge': input => purge(context, input),
    'machine.vouch': input => vouch(context, input),
    'host.give-notice': input => giveNotice(context, input),
    'host.evict': input => evict(context, input),
    'host.cached': () => listCached(context),
    'host.drop-cached': input => dropCached(context, input),
    'operation.list': async () => ({ operations: [...context.operations.list()] }),
    'operation.show': async input => showOperation(context, input.operation),
    'operation.cancel': async input => context.operations.cancel(input.operation),
    'ledger.head': () => showHead(context),
    'ledger.blocks': (input, signal) => pageOfBlocks(context, input, signal),
    'ledger.checkpoint': input => makeCheckpoint(options.witness, input),
    'ledger.cosign': input => cosign(options.witness, input),
    'ledger.fees': () => showFees(context, hosts.nodeKey),
    'ledger.collect-fees': () => collectFees(context, hosts.nodeKey),
    'election.show': () => showElection(context, hosts.nodeKey),
    'election.stand': input => stand(context, hosts.nodeKey, input),
    'election.withdraw': () => withdraw(context, hosts.nodeKey),
    'election.vote': input => vote(context, hosts.nodeKey, input),
    audit: () => audit(context)
  }
}

function showAccount(context: ServiceContext, wanted: string | undefined) {
  return context.ledger.read(state => {
    const account =
      wanted === undefined
        ? accountIn(state, context)
        : (state.accountNamed(wanted) ?? state.account(wanted))
    if (account === undefined) {
      throw refuse('NOT_FOUND', 'not-found', `no account is called "${wanted}"`)
    }
    return viewAccount(state, account, context.clock.nowMs())
  })
}

async function listOffers({ ledger, market, network }: ServiceContext) {
  return readEach(ledger, market.offers(), (state, { signed }) => {
    const host = state.host(signed.offer.host)
    const online = host !== undefined && (host.key === network.key || network.isConnected(host.key))
    return viewOffer(state, signed.offer, online)
  })
}

function showOperation(context: ServiceContext, id: string): OperationView {
  const view = context.operations.find(id)
  if (view !== undefined) return view
  throw refuse(
    'OPERATION_UNKNOWN',
    'not-found',
    `there is no operation ${id}`,
    'virtuoso operation list'
  )
}

/** Serial port or display of a machine of ours, wherever it runs. */
export async function openMachineConsole(
  context: ServiceContext,
  wanted: string,
  kind: ConsoleKind
): Promise<Duplex> {
  const { machine, holder } = await context.ledger.read(state => {
    const found = mineIn(state, context, wanted)
    return {
      machine: found,
      holder: found.holder === null ? undefined : state.host(found.holder)
    }
  })
  if (machine.state !== 'started' || holder === undefined) {
    throw refuse(
      'ILLEGAL_STATE',
      'failed',
      `${machine.configuration.name} is ${machine.state}; a console needs one that is started`,
      `virtuoso machine start ${machine.configuration.name}`
    )
  }
  return viewConsole(
    {
      network: context.network,
      networkId: context.ledger.context.network,
      clock: context.clock,
      owner: machine.owner,
      key: context.accountKey
    },
    {
      machine: machine.uuid,
      kind,
      holder: holder.key,
      addresses: context.owner.addressesOf(holder.uuid)
    },
    AbortSignal.timeout(CONSOLE_OPEN_MS)
  )
}

const CONSOLE_OPEN_MS = 10_000
