import { join } from 'node:path'
import { systemAlarms, systemClock } from '../clock.ts'
import { ConfigError, type NodeConfig } from '../config/index.ts'
import { Contents } from '../content/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { createHost, type Host, NO_HOST } from '../host/index.ts'
import { type HostBooks, openHostBooks } from '../host-records/index.ts'
import { addressHost, type Network, within } from '../network/index.ts'
import type { OfferExchange } from '../offers/index.ts'
import type { Replica } from '../replica/index.ts'
import { createFakeVmm, createQemuVmm, FakeHost, type ImageStore, type Vmm } from '../vmm/index.ts'
import type { BasePart } from './base-part.ts'
import type { LedgerSeat } from './ledger-part.ts'
import type { Undo } from './undo.ts'

/** How long a host waits to hear from the ledger before it gives up serving in this run. */
const CATCH_UP_MS = 24 * 3_600_000

export interface HostingOptions {
  readonly base: BasePart
  readonly network: Network
  /** null on a light node, which runs no host. */
  readonly replica: Replica | null
  readonly seat: LedgerSeat
  readonly exchange: OfferExchange
  readonly images: ImageStore
}

/** This physical machine: its VMM, and the host it is once its provider has added it. */
export interface HostingPart {
  readonly vmm: Vmm
  readonly books: HostBooks
  readonly host: Host
  /** A host that was added in an earlier run serves again as soon as it has caught up with the ledger. */
  takeUp(signal: AbortSignal): Promise<void>
}

export async function openHosting(options: HostingOptions, undo: Undo): Promise<HostingPart> {
  const { base, replica, seat, images } = options
  const { config, layout } = base
  const log = base.log('host')
  const vmm = undo.later(vmmOf(config, layout.dir, images), each => each.close())
  for (const { machine, status } of await vmm.open()) log('found a machine', { machine, status })
  // The trial of the accelerator boots a guest: better now than when the first owner waits for a start.
  if (config.roles.includes('provider')) void vmm.describe().catch(() => undefined)
  const books = openHostBooks(base.store)
  if (replica === null) {
    await refuseToServe(books)
    return { vmm, books, host: NO_HOST, takeUp: () => Promise.resolve() }
  }
  const host = undo.later(hostOf({ ...options, replica }, vmm, books), each => each.stop())
  return {
    vmm,
    books,
    host,
    async takeUp(signal) {
      const terms = await books.loadTerms()
      if (terms === undefined) return
      host.fence()
      await within(CATCH_UP_MS, signal, limit => seat.caughtUp(limit))
      await host.activate(terms)
    }
  }
}

/** A host that is not fenced runs on what the ledger gives to others. Throws `ConfigError`. */
async function refuseToServe(books: HostBooks): Promise<void> {
  const machines = await books.records.machines()
  if (machines.length === 0 && (await books.loadTerms()) === undefined) return
  throw new ConfigError(
    'CONFIG_DAMAGED',
    `this node serves a host and holds ${machines.length} machines, and "ledger" in node.json is "light" or missing: set it to "full"`
  )
}

function hostOf(
  { base, replica, network, seat, images, exchange }: HostingOptions & { replica: Replica },
  vmm: Vmm,
  books: HostBooks
): Host {
  const { config, layout, identity } = base
  return createHost({
    key: identity.node,
    network,
    replica,
    courier: seat,
    crypto: nodeCrypto,
    clock: systemClock,
    alarms: systemAlarms,
    vmm,
    contents: new Contents({
      vmm,
      crypto: nodeCrypto,
      folder: join(layout.dir, 'manifests'),
      images: config.vmm.kind === 'fake' ? null : images
    }),
    images: async () => (await images.list()).map(each => each.hash),
    exchange,
    records: books.records,
    journals: books.journals,
    stopPatienceMs: config.vmm.stopPatienceS * 1000,
    uploadBytesPerSecond: bytesPerSecond(config.limits.uploadMbit),
    downloadBytesPerSecond: bytesPerSecond(config.limits.downloadMbit),
    side: sideOf(config),
    cachedQuotaBytes: config.limits.cachedMb * 2 ** 20,
    log: base.log('host')
  })
}

/** On the address on which the node listens. What the fake VMM has lies in the memory of the main thread. */
function sideOf({ listen, sidePort, vmm }: NodeConfig): { host: string; port: number } | null {
  const host = addressHost(listen[0])
  return sidePort === null || host === undefined || vmm.kind === 'fake'
    ? null
    : { host, port: sidePort }
}

function bytesPerSecond(mbit: number | null): number {
  return mbit === null ? Infinity : (mbit * 1_000_000) / 8
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
