import type { Body, Crypto, Hash, Signer, Uuid } from '../../ledger/index.ts'
import { serveOrder } from '../../protocols/order/index.ts'
import type { Alarms, Clock } from '../clock.ts'
import { serveConsoles } from '../console/index.ts'
import { type Contents, startRehash } from '../content/index.ts'
import type { HostMachine, HostRecords, MoveJournals } from '../host-records/index.ts'
import { createMoves } from '../migration/index.ts'
import type { Network } from '../network/index.ts'
import {
  createPublisher,
  type OfferExchange,
  type OfferPublisher,
  type Terms
} from '../offers/index.ts'
import { type HostLease, startAlive, startLease } from '../presence/index.ts'
import {
  type Courier,
  createSubmitter,
  type Replica,
  type Submitted,
  type Submitter
} from '../replica/index.ts'
import { SideOffers, SideThread } from '../side-channel/index.ts'
import { METHODS, Packer, Throttle } from '../transfer/index.ts'
import type { Vmm } from '../vmm/index.ts'
import { type CachedCopies, createCachedCopies } from './cached-copies.ts'
import { createExecutionDriver } from './execution-driver.ts'
import { createMachineLocks, type MachineLocks } from './machine-locks.ts'
import { createMachineWork } from './machine-work.ts'
import { createOrderService } from './order-service.ts'
import { reconcile } from './reconcile.ts'
import { settle } from './settle.ts'
import { startWatch } from './watch.ts'

export interface HostOptions {
  readonly key: Signer
  readonly network: Network
  readonly replica: Replica
  readonly courier: Courier
  readonly crypto: Crypto
  readonly clock: Clock
  readonly alarms: Alarms
  readonly vmm: Vmm
  readonly contents: Contents
  readonly images: () => Promise<readonly Hash[]>
  readonly exchange: OfferExchange
  readonly records: HostRecords
  readonly journals: MoveJournals
  readonly stopPatienceMs: number
  /** Infinity: no limit. */
  readonly uploadBytesPerSecond: number
  readonly downloadBytesPerSecond: number
  /** Where connections of their own for blocks are taken, port 0 being any; null: nowhere. */
  readonly side: { readonly host: string; readonly port: number } | null
  /** Disk space for older versions of machines that moved away. */
  readonly cachedQuotaBytes: number
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** The physical machine this node runs on, once its provider has added it. */
export interface Host {
  /** null until it is on the ledger and this node serves it. */
  uuid(): Uuid | null
  terms(): Terms | null
  machines(): Promise<readonly HostMachine[]>
  /** Older versions kept here; null until this node serves its host. */
  cached(): CachedCopies | null
  /** Guests that a former process left running are paused unless the ledger is heard: before anything is served. */
  fence(): void
  /** Begins to serve orders, moves and consoles and to offer what is free. */
  activate(terms: Terms): Promise<void>
  /** Tells the ledger something about a machine it holds, under the host's own key. */
  say(body: Extract<Body, { type: 'give-notice' | 'evict' }>): Promise<Submitted>
  stop(): void
}

interface ActiveHost {
  readonly uuid: Uuid
  readonly submitter: Submitter
  readonly cached: CachedCopies
  readonly stop: () => void
}

/** Shorter than the patience of whoever asked, so that they hear why. */
const SAY_MS = 25_000

/** Methods this host can receive a machine with. */
const METHOD_NAMES: readonly string[] = METHODS.map(({ name }) => name)

export function createHost(options: HostOptions): Host {
  let active: ActiveHost | null = null
  let terms: Terms | null = null
  let lease: HostLease | null = null
  return {
    uuid: () => active?.uuid ?? null,
    terms: () => terms,
    machines: () => options.records.machines(),
    cached: () => active?.cached ?? null,
    fence() {
      lease ??= startLease(options)
    },
    async activate(next) {
      terms = next
      lease ??= startLease(options)
      active ??= await begin(options, next, lease)
    },
    async say(body) {
      if (active !== null) return active.submitter.submit(body, AbortSignal.timeout(SAY_MS))
      const message = 'this node serves no host yet; one that has just started takes some seconds'
      return { ok: false, code: 'LEDGER_BEHIND', message, decided: true }
    },
    stop() {
      active?.stop()
      lease?.stop()
    }
  }
}

/** What an interrupted move has left, and no journal speaks of, nobody will go on with. */
async function dropLeftovers({ vmm, journals }: HostOptions): Promise<void> {
  const wanted = new Set((await journals.destinations()).map(({ req }) => req.machine))
  for (const uuid of await vmm.leftovers()) if (!wanted.has(uuid)) await vmm.dropLeftover(uuid)
}

async function begin(options: HostOptions, terms: Terms, lease: HostLease): Promise<ActiveHost> {
  const { replica, vmm, records, network } = options
  const host = terms.host
  const log = options.log
  const locks: MachineLocks = createMachineLocks()
  const submitter = createSubmitter({
    ...options,
    ledger: replica,
    signer: { kind: 'host', id: host }
  })
  const cached = createCachedCopies({
    ...options,
    host,
    locks,
    quotaBytes: options.cachedQuotaBytes
  })
  const keepQuota = (): void => {
    void cached.keepQuota().catch((error: unknown) => {
      log(`older versions were not evicted: ${String(error)}`)
    })
  }
  const settled = async (uuid: Uuid): Promise<void> => {
    await settle({ ...options, host }, uuid)
    // Not awaited: it takes the locks of other machines.
    keepQuota()
  }
  const work = createMachineWork({ ...options, submitter, lease, cached, log })
  const executions = createExecutionDriver({ replica, submitter, records, work, settled, log })
  // Moves do not hold the machine's lock, and what they settle must not cross an order that has just begun.
  const settledInTurn = (uuid: Uuid): Promise<void> => locks.hold(uuid, () => settled(uuid))
  const sideThread = new SideThread()
  // Its start would take the first move as long as half a gigabyte does.
  if (options.side !== null) sideThread.warm()
  const moves = createMoves({
    ...options,
    sideThread,
    sideOffers: options.side && new SideOffers({ thread: sideThread, ...options.side }),
    host,
    submitter,
    packer: new Packer(() => performance.now()),
    upload: new Throttle(options.uploadBytesPerSecond),
    download: new Throttle(options.downloadBytesPerSecond),
    withRoom: work => cached.withRoom(work),
    settled: settledInTurn,
    log
  })
  const publisher: OfferPublisher = createPublisher({
    ...options,
    addresses: () => network.addresses(),
    methods: METHOD_NAMES
  })
  let ready = false
  const service = createOrderService({
    ...options,
    host,
    executions,
    locks,
    cached,
    methods: METHOD_NAMES,
    standing: () => publisher.standing(),
    ready: () => ready,
    watchMove: (machine, progress) => moves.watch(machine, progress),
    vouch: (machine, receipt) => moves.vouch(machine, receipt)
  })
  await network.serve('order', stream => serveOrder(stream, service))
  await serveConsoles(options)
  await reconcile({ host, vmm, replica, records, executions, work, locks, settled, log })
  // Taken up before anybody is served: a peer that dials again must meet the old move, not begin a second one.
  await moves.recover()
  await dropLeftovers(options)
  await moves.serve()
  const unwatch = startWatch({ ...options, host, submitter, locks, lease, settled })
  // Heard only from when its machines are looked after: until then nobody is to be charged for them.
  const unread = startRehash({ ...options, log })
  const unheard = startAlive({ host, replica, submitter, log })
  ready = true
  await publisher.publish(terms)
  return {
    uuid: host,
    submitter,
    cached,
    stop() {
      ready = false
      void sideThread.close()
      unread()
      unheard()
      unwatch()
      publisher.stop()
      moves.stop()
    }
  }
}
