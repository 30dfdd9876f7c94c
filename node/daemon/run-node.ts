import { chainContext, type Hash } from '../../ledger/index.ts'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { createImageStore } from '../images/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import { createNetwork, type Network } from '../network/index.ts'
import { createMarket, type Market, type OfferExchange, startExchange } from '../offers/index.ts'
import { type Replica, serveLedgerProtocol } from '../replica/index.ts'
import type { ImageStore } from '../vmm/index.ts'
import { type BaseOptions, type BasePart, openBase } from './base-part.ts'
import { Ended } from './ended.ts'
import { openHosting } from './hosting-part.ts'
import { type LedgerSeat, openLedger } from './ledger-part.ts'
import { openLightLedger } from './light-part.ts'
import { openService } from './service-part.ts'
import { Undo } from './undo.ts'

export interface RunOptions extends BaseOptions {
  readonly version: string
  /** Ends the node in good order. */
  readonly signal: AbortSignal
  /** Called once the API answers. */
  readonly onReady: (listening: { readonly socket: string; readonly addresses: string[] }) => void
  /** Folder with the preconfigured images; default `images` in the data directory. */
  readonly images?: string | undefined
}

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
  const ended = new Ended(options.signal)
  const base = await openBase(options, undo)
  const ledger = await join(base, ended, undo)
  const images = createImageStore(options.images ?? base.layout.images)
  const trade = await openTrade(base, ledger, images, undo)
  const hosting = await openHosting({ base, ...ledger, ...trade, images }, undo)
  const socket = await openService(
    {
      base,
      ...ledger,
      ...trade,
      images,
      hosting,
      version: options.version,
      startedAtMs,
      stop: () => ended.finish()
    },
    undo
  )
  options.onReady({ socket, addresses: ledger.network.addresses() })
  base.log('node')('ready', { peer: ledger.network.peer })
  void hosting.takeUp(options.signal).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    base.log('host')(`this host does not serve: ${why}`)
  })
  await ended.promise
}

interface JoinedLedger {
  readonly network: Network
  readonly ledger: LedgerAccess
  /** Its own copy; null on a light node. */
  readonly replica: Replica | null
  readonly seat: LedgerSeat
}

/** Opens what this node knows of the ledger, goes on the network, and takes its place there. */
async function join(base: BasePart, ended: Ended, undo: Undo): Promise<JoinedLedger> {
  if (base.config.ledger === 'light') return joinLight(base, undo)
  const { config, genesis, identity } = base
  const ledger = await openLedger({
    genesis,
    identity,
    store: base.store,
    votes: base.layout.votes,
    sync: config.sync,
    clock: systemClock,
    log: base.log('ledger'),
    fatal: error => ended.fail(error)
  })
  const { replica } = ledger
  const network = await openNetwork(base, replica.network, undo)
  const seat = undo.later(await ledger.sit(network), each => each.stop())
  await serveLedgerProtocol({
    network,
    replica,
    courier: seat,
    keeper: base.store.chain.snapshots,
    clock: systemClock
  })
  return { network, ledger: replica, replica, seat }
}

async function joinLight(base: BasePart, undo: Undo): Promise<JoinedLedger> {
  const own = base.identity.node.publicKey
  if (base.genesis.coordinators.some(({ key }) => key === own)) {
    throw new ConfigError(
      'CONFIG_DAMAGED',
      'this node is a coordinator of the genesis, and "ledger" in node.json is "light" or missing: set it to "full"'
    )
  }
  const context = chainContext(base.genesis, nodeCrypto)
  const network = await openNetwork(base, context.network, undo)
  const { ledger, seat } = await openLightLedger({
    context,
    network,
    genesis: base.genesis,
    store: base.store,
    log: base.log('ledger')
  })
  undo.later(seat, each => each.stop())
  return { network, ledger, replica: null, seat }
}

async function openNetwork(base: BasePart, network: Hash, undo: Undo): Promise<Network> {
  const { config, genesis, identity } = base
  return undo.later(
    await createNetwork({
      nodeKeyRaw: identity.nodeKeyRaw,
      network,
      listen: config.listen,
      bootstrap: config.bootstrap,
      sharedAddresses: genesis.dev,
      log: base.log('network')
    }),
    each => each.stop()
  )
}

async function openTrade(
  base: BasePart,
  { network, ledger }: JoinedLedger,
  images: ImageStore,
  undo: Undo
): Promise<{ market: Market; exchange: OfferExchange }> {
  const market = createMarket({ clock: systemClock, images })
  const log = base.log('market')
  const exchange = undo.later(
    await startExchange({ network, ledger, market, clock: systemClock, log }),
    each => each.stop()
  )
  return { market, exchange }
}
