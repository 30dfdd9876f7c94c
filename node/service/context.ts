import type { AccountRecord, Crypto, Signer, StateReader } from '../../ledger/index.ts'
import type { ApiError } from '../api/index.ts'
import type { Clock } from '../clock.ts'
import type { EventLog } from '../events/index.ts'
import type { VersionHistory } from '../history/index.ts'
import type { Host } from '../host/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import type { Network } from '../network/index.ts'
import type { Market } from '../offers/index.ts'
import type { Operations } from '../operations/index.ts'
import type { OwnerOptions } from '../owner/index.ts'
import type { Submitter } from '../replica/index.ts'
import type { ImageStore } from '../vmm/index.ts'
import { refuse } from './refuse.ts'

/** What the methods of the API work with: one node's parts, already running. */
export interface ServiceContext {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly network: Network
  readonly ledger: LedgerAccess
  readonly history: VersionHistory
  readonly market: Market
  readonly operations: Operations
  readonly events: EventLog
  readonly images: ImageStore
  /** The person's account key. */
  readonly accountKey: Signer
  readonly accountId: string
  readonly submitter: Submitter
  readonly owner: OwnerOptions
  readonly host: Host
}

/** The account of this node, or what to do to get one. */
export function requireAccount(context: ServiceContext): Promise<AccountRecord> {
  return context.ledger.read(state => accountIn(state, context))
}

/** The same, of a state that is being read. */
export function accountIn(state: StateReader, { accountId }: ServiceContext): AccountRecord {
  const account = state.account(accountId)
  if (account !== undefined) return account
  throw refuse(
    'NO_ACCOUNT',
    'denied',
    'this node has no account on the ledger yet',
    'virtuoso account open NAME --kind buyer|provider'
  )
}

/** Who serves others from the ledger keeps it. */
export function requireFullNode({ ledger }: ServiceContext, who: string): void {
  if (ledger.kind !== 'full') throw needsFullNode(who)
}

export function needsFullNode(who: string): ApiError {
  return refuse(
    'NEEDS_FULL_NODE',
    'failed',
    `this node is light: it proves what it reads, and ${who} must keep the ledger itself`,
    'set "ledger" to "full" in node.json and start the node again'
  )
}

/** Buyers act on machines, providers on hosts; neither does the other's work (2004 text, 6.1.4). */
export function requireKind(
  context: ServiceContext,
  kind: AccountRecord['kind']
): Promise<AccountRecord> {
  return context.ledger.read(state => accountOfKind(state, context, kind))
}

/** The same, of a state that is being read. */
export function accountOfKind(
  state: StateReader,
  context: ServiceContext,
  kind: AccountRecord['kind']
): AccountRecord {
  const account = accountIn(state, context)
  if (account.kind === kind) return account
  throw refuse(
    'WRONG_ACCOUNT_KIND',
    'denied',
    `this is for a ${kind}; ${account.name} is a ${account.kind}`,
    `use a node whose account is a ${kind}`
  )
}
