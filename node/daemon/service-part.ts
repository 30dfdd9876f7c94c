import { accountIdOf } from '../../ledger/index.ts'
import { startApiServer } from '../api-server/index.ts'
import { systemAlarms, systemClock } from '../clock.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { VersionHistory } from '../history/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import type { Network } from '../network/index.ts'
import type { Market } from '../offers/index.ts'
import { openOperations } from '../operations/index.ts'
import { createSubmitter, type Replica } from '../replica/index.ts'
import {
  accuse,
  createHandlers,
  openMachineConsole,
  resumeMoves,
  type ServiceContext,
  tellElections
} from '../service/index.ts'
import { jsonValues } from '../store/index.ts'
import type { ImageStore } from '../vmm/index.ts'
import { createWitness } from '../witness/index.ts'
import type { BasePart } from './base-part.ts'
import { explain } from './explain.ts'
import { hostServices } from './host-services.ts'
import type { HostingPart } from './hosting-part.ts'
import type { LedgerSeat } from './ledger-part.ts'
import { statusOf } from './status.ts'
import type { Undo } from './undo.ts'

export interface ServiceOptions {
  readonly base: BasePart
  readonly network: Network
  readonly ledger: LedgerAccess
  /** Its own copy; null on a light node. */
  readonly replica: Replica | null
  readonly seat: LedgerSeat
  readonly market: Market
  readonly images: ImageStore
  readonly hosting: HostingPart
  readonly version: string
  readonly startedAtMs: number
  readonly stop: () => void
}

/** What the owner's own programs talk to. Returns the path of the socket. */
export async function openService(options: ServiceOptions, undo: Undo): Promise<string> {
  const { base, hosting, seat } = options
  const { config, layout, identity } = base
  const context = await contextOf(options, undo)
  const handlers = createHandlers({
    context,
    hosts: hostServices({ dataDir: layout.dir, vmm: hosting.vmm, identity, books: hosting.books }),
    witness:
      options.replica === null
        ? null
        : createWitness({
            path: layout.witness,
            replica: options.replica,
            key: identity.node,
            clock: systemClock
          }),
    status: statusOf({
      ...context,
      name: config.name,
      version: options.version,
      roles: config.roles,
      dataDir: layout.dir,
      startedAtMs: options.startedAtMs,
      behind: () => seat.behind()
    }),
    stop: options.stop
  })
  const stopped = undo.later(new AbortController(), each => each.abort())
  void resumeMoves(context, base.log('operations'), stopped.signal)
  const elections = base.log('election')
  undo.later(tellElections(options.ledger, identity.node.publicKey, elections), stop => stop())
  undo.later(
    seat.onEvidence(evidence => void accuse(context, evidence, elections)),
    stop => stop()
  )
  const api = undo.later(
    await startApiServer({
      dir: layout.dir,
      handlers,
      events: base.events,
      operations: context.operations,
      openConsole: (machine, kind) => openMachineConsole(context, machine, kind),
      explain,
      onUnexpected: error => base.log('api')(wordsOf(error))
    }),
    each => each.close()
  )
  return api.socketPath
}

async function contextOf(options: ServiceOptions, undo: Undo): Promise<ServiceContext> {
  const { base, network, ledger, market, images, seat } = options
  const { identity, config, store } = base
  const operations = undo.later(
    await openOperations({
      records: store.records('operations', jsonValues()),
      clock: systemClock,
      alarms: systemAlarms,
      explain,
      onError: error => base.log('operations')(String(error)),
      kept: config.limits.operationsKept
    }),
    each => each.close()
  )
  const accountId = accountIdOf(identity.account.publicKey, nodeCrypto)
  const submitter = createSubmitter({
    signer: { kind: 'account', id: accountId },
    key: identity.account,
    ledger,
    courier: seat,
    crypto: nodeCrypto
  })
  const offerOf = (host: string) =>
    market.offers().find(entry => entry.signed.offer.host === host)?.signed.offer
  return {
    clock: systemClock,
    crypto: nodeCrypto,
    network,
    ledger,
    history: new VersionHistory(ledger),
    market,
    operations,
    events: base.events,
    images,
    accountKey: identity.account,
    accountId,
    submitter,
    host: options.hosting.host,
    owner: {
      network,
      ledger,
      key: identity.account,
      addressesOf: host => offerOf(host)?.addresses ?? []
    }
  }
}

/** With the stack, for the log: nobody foresaw it. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
