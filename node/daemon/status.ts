import { formatDollars } from '../../ledger/index.ts'
import type { NodeStatus } from '../api/index.ts'
import type { Clock } from '../clock.ts'
import type { Host } from '../host/index.ts'
import type { Network } from '../network/index.ts'
import type { Market } from '../offers/index.ts'
import type { Replica } from '../replica/index.ts'

export interface StatusOptions {
  readonly name: string
  readonly version: string
  readonly roles: readonly string[]
  readonly dataDir: string
  readonly accountId: string
  readonly startedAtMs: number
  readonly clock: Clock
  readonly network: Network
  readonly replica: Replica
  readonly market: Market
  readonly host: Host
  readonly behind: () => boolean
}

export async function nodeStatus(options: StatusOptions): Promise<NodeStatus> {
  const { network, replica, market, host, clock } = options
  const state = replica.state()
  const account = state.account(options.accountId)
  const hostId = host.uuid()
  const { genesis } = state
  return {
    name: options.name,
    version: options.version,
    pid: process.pid,
    peer: network.peer,
    addresses: network.addresses(),
    roles: [...options.roles],
    network: replica.network,
    networkName: genesis.name,
    dev: genesis.dev,
    dataDir: options.dataDir,
    uptimeMs: clock.nowMs() - options.startedAtMs,
    rssBytes: process.memoryUsage.rss(),
    ledger: {
      height: state.height,
      timeMs: state.timeMs,
      stateRoot: state.root(),
      behind: options.behind()
    },
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
