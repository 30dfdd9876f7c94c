import { join } from 'node:path'
import { accountIdOf } from '../../ledger/index.ts'
import { type ApiServer, startApiServer } from '../api-server/index.ts'
import { systemAlarms, systemClock } from '../clock.ts'
import { loadConfig, loadGenesis, type NodeConfig } from '../config/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { dataLayout } from '../data-dir/index.ts'
import { type EventLog, openEventLog } from '../events/index.ts'
import { createHost, type Host } from '../host/index.ts'
import { openHostBooks } from '../host-records/index.ts'
import { loadIdentity } from '../identity/index.ts'
import { createImageStore } from '../images/index.ts'
import { createNetwork } from '../network/index.ts'
import { createMarket, startExchange, type Terms } from '../offers/index.ts'
import { openOperations } from '../operations/index.ts'
import { createSubmitter, serveLedgerProtocol } from '../replica/index.ts'
import { createHandlers, openMachineConsole, type ServiceContext } from '../service/index.ts'
import { jsonValues, openStore } from '../store/index.ts'
import { createFakeVmm, createQemuVmm, FakeHost, type ImageStore, type Vmm } from '../vmm/index.ts'
import { explain } from './explain.ts'
import { hostServices } from './host-services.ts'
import { type LedgerSeat, openLedger } from './ledger-part.ts'
import { nodeStatus } from './status.ts'
import { Undo } from './undo.ts'

export interface RunOptions {
  readonly dir: string
  readonly password: string
  readonly version: string
  /** Ends the node in good order. */
  readonly signal: AbortSignal
  /** Called once the API answers. */
  readonly onReady: (listening: { readonly socket: string; readonly addresses: string[] }) => void
  /** One line for the log on stderr. */
  readonly onLog: (line: string) => void
  /** Folder with the preconfigured images; default `images` in the data directory. */
  readonly images?: string | undefined
}

/** How long a host waits to hear from the ledger before it serves; it goes on waiting in the background. */
const CATCH_UP_MS = 24 * 3_600_000

/**
 * One participant, whatever its roles, until it is asked to stop. Parts are begun in the order in which they
 * need each other and ended in the opposite one. Throws the typed error of whatever could not begin.
 */
export async function runNode(options: RunOptions): Promise<void> {
  const undo = new Undo()
  try {
    await begin(options, undo)
  } finally {
    await undo.all()
  }
}

async function begin(options: RunOptions, undo: Undo): Promise<void> {
  const startedAtMs = systemClock.nowMs()
  const layout = dataLayout(options.dir)
  const config = await loadConfig(layout.config)
  const genesis = await loadGenesis(join(layout.dir, config.genesis))
  const identity = await loadIdentity({ dir: layout.identity, password: options.password })
  const store = undo.later(await openStore(layout.store), each => each.close())
  const events = undo.later(await openLog(store, config, options), each => each.close())
  const log = loggerOf(events, options)
  const ended = new Ended(options.signal)

  const ledger = await openLedger({
    genesis,
    identity,
    store,
    clock: systemClock,
    log: log('ledger'),
    fatal: error => ended.fail(error)
  })
  const { replica } = ledger
  const network = undo.later(
    await createNetwork({
      nodeKeyRaw: identity.nodeKeyRaw,
      network: replica.network,
      listen: config.listen,
      bootstrap: config.bootstrap,
      sharedAddresses: genesis.dev,
      log: log('network')
    }),
    each => each.stop()
  )
  const seat = undo.later(ledger.sit(network), each => each.stop())
  await serveLedgerProtocol(network, replica, seat.courier)

  const images = createImageStore(options.images ?? layout.images)
  const market = createMarket({ clock: systemClock, images })
  const exchange = undo.later(
    await startExchange({ network, replica, market, clock: systemClock, log: log('market') }),
    each => each.stop()
  )
  const vmm = undo.later(vmmOf(config, layout.dir, images), each => each.close())
  for (const { machine, status } of await vmm.open())
    log('host')('found a machine', { machine, status })
  // The trial of the accelerator boots a guest: better now than when the first owner waits for a start.
  if (config.roles.includes('provider')) void vmm.describe().catch(() => undefined)
  const books = openHostBooks(store)
  const host = undo.later(
    createHost({
      key: identity.node,
      network,
      replica,
      courier: seat.courier,
      crypto: nodeCrypto,
      clock: systemClock,
      vmm,
      images: async () => (await images.list()).map(each => each.hash),
      exchange,
      records: books.records,
      journals: books.journals,
      stopPatienceMs: config.vmm.stopPatienceS * 1000,
      log: log('host')
    }),
    each => each.stop()
  )
  const operations = undo.later(
    await openOperations({
      records: store.records('operations', jsonValues()),
      clock: systemClock,
      alarms: systemAlarms,
      explain,
      onError: error => log('operations')(String(error)),
      kept: config.limits.operationsKept
    }),
    each => each.close()
  )

  const accountId = accountIdOf(identity.account.publicKey, nodeCrypto)
  const submitter = createSubmitter({
    signer: { kind: 'account', id: accountId },
    key: identity.account,
    replica,
    courier: seat.courier,
    crypto: nodeCrypto
  })
  const context: ServiceContext = {
    clock: systemClock,
    crypto: nodeCrypto,
    network,
    replica,
    market,
    operations,
    events,
    images,
    accountKey: identity.account,
    accountId,
    submitter,
    host,
    owner: {
      network,
      replica,
      key: identity.account,
      addressesOf: uuid =>
        market.offers().find(entry => entry.signed.offer.host === uuid)?.signed.offer.addresses ??
        []
    }
  }
  const handlers = createHandlers({
    context,
    hosts: hostServices({ dataDir: layout.dir, vmm, identity, books }),
    status: () =>
      nodeStatus({
        ...context,
        name: config.name,
        version: options.version,
        roles: config.roles,
        dataDir: layout.dir,
        startedAtMs,
        behind: () => seat.behind()
      }),
    stop: () => ended.finish()
  })
  const api: ApiServer = undo.later(
    await startApiServer({
      dir: layout.dir,
      handlers,
      events,
      operations,
      openConsole: (machine, kind) => openMachineConsole(context, machine, kind),
      explain,
      onUnexpected: error =>
        log('api')(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }),
    each => each.close()
  )
  options.onReady({ socket: api.socketPath, addresses: network.addresses() })
  log('node')('ready', { peer: network.peer })
  void takeUpHosting(await books.loadTerms(), host, seat, options.signal).catch(
    (error: unknown) => {
      log('host')(
        `this host does not serve: ${error instanceof Error ? error.message : String(error)}`
      )
    }
  )
  await ended.promise
}

/** A host that was added in an earlier run serves again as soon as it has caught up with the ledger. */
async function takeUpHosting(
  terms: Terms | undefined,
  host: Host,
  seat: LedgerSeat,
  signal: AbortSignal
): Promise<void> {
  if (terms === undefined) return
  await seat.caughtUp(AbortSignal.any([signal, AbortSignal.timeout(CATCH_UP_MS)]))
  await host.activate(terms)
}

function vmmOf(config: NodeConfig, dataDir: string, images: ImageStore): Vmm {
  const { kind, accelerator, binary } = config.vmm
  if (kind === 'fake') return createFakeVmm({ host: new FakeHost(join(dataDir, 'fake-vmm')) })
  return createQemuVmm({
    dataDir,
    images,
    ...(accelerator === 'auto' ? {} : { accelerator }),
    ...(binary === null ? {} : { program: binary })
  })
}

function openLog(
  store: Awaited<ReturnType<typeof openStore>>,
  config: NodeConfig,
  options: RunOptions
): Promise<EventLog> {
  return openEventLog({
    records: store.records('events', jsonValues()),
    clock: systemClock,
    kept: config.limits.eventsKept,
    onError: error => options.onLog(`the event log cannot be written: ${String(error)}`)
  })
}

type Log = (message: string, fields?: Record<string, string>) => void

/** Every line goes to the node's event log and to stderr. */
function loggerOf(events: EventLog, options: RunOptions): (topic: string) => Log {
  return topic => (message, fields) => {
    events.append(topic, message, fields ?? {})
    const details = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`)
    options.onLog(`${topic}: ${message}${details.join('')}`)
  }
}

/** Why the node ends: it was asked to, or it must. */
class Ended {
  readonly promise: Promise<void>
  #finish: () => void = () => undefined
  #fail: (error: unknown) => void = () => undefined

  constructor(signal: AbortSignal) {
    this.promise = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    if (signal.aborted) this.#finish()
    signal.addEventListener('abort', () => this.#finish())
  }

  finish(): void {
    // The caller's answer leaves first.
    setTimeout(this.#finish, ANSWER_LEAVES_MS)
  }

  fail(error: unknown): void {
    this.#fail(error)
  }
}

const ANSWER_LEAVES_MS = 50
