import { type AccountRecord, formatDollars } from '../../ledger/index.ts'
import type { NodeStatus } from '../api/index.ts'
import type { Clock } from '../clock.ts'
import type { Host } from '../host/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import type { Network } from '../network/index.ts'
import type { Market } from '../offers/index.ts'

export interface StatusOptions {
  readonly name: string
  readonly version: string
  readonly roles: readonly string[]
  readonly dataDir: string
  readonly accountId: string
  readonly startedAtMs: number
  readonly clock: Clock
  readonly network: Network
  readonly ledger: LedgerAccess
  readonly market: Market
  readonly host: Host
  readonly behind: () => boolean
}

/** A light node that is cut off still says who it is: its account as it was seen last. */
export function statusOf(options: StatusOptions): () => Promise<NodeStatus> {
  let seen: AccountRecord | undefined
  return async () => {
    if (!options.behind()) {
      const look = options.ledger.read(state => state.account(options.accountId))
      seen = await look.catch(() => seen)
    }
    return viewStatus(options, seen)
  }
}

async function viewStatus(
  options: StatusOptions,
  account: AccountRecord | undefined
): Promise<NodeStatus> {
  const { network, ledger, market, host, clock } = options
  const { genesis, context, kind } = ledger
  const { height, timeMs, stateRoot } = ledger.head()
  const hostId = host.uuid()
  return {
    name: options.name,
    version: options.version,
    pid: process.pid,
    peer: network.peer,
    addresses: network.addresses(),
    roles: [...options.roles],
    network: context.network,
    networkName: genesis.name,
    dev: genesis.dev,
    dataDir: options.dataDir,
    uptimeMs: clock.nowMs() - options.startedAtMs,
    rssBytes: process.memoryUsage.rss(),
    ledger: { kind, height, timeMs, stateRoot, behind: options.behind() },
    fees: {
      register: formatDollars(genesis.parameters.registerFee),
      transaction: formatDollars(genesis.parameters.transactionFee)
    },
    peers: (await network.peers()).length,
    offers: market.offers().length,
    account:
      account === undefined
        ? null
        : {
            id: account.id,
            name: account.name,
            kind: account.kind,
            balance: formatDollars(account.balance)
          },
    hosts: hostId === null ? [] : [hostId]
  }
}
