/** `virtuoso audit`: a whole ledger, from wherever its blocks come, and what was found. */
import {
  type AuditFault,
  type Invariant,
  type LedgerState,
  networkOf,
  proveState,
  readProof,
  toHex
} from '../../ledger/index.ts'
import type { AuditView } from '../api/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import {
  AccountTrail,
  type MachineStep,
  type Movement,
  type ProvedTransaction
} from './account-trail.ts'
import { type AuditedBlocks, auditBlocks } from './audit-blocks.ts'
import { openCheckpoint, type TrustedCheckpoint } from './checkpoint-file.ts'
import { type AuditSource, type OpenSource, openSource } from './sources.ts'

export interface AuditLedgerOptions {
  readonly source: AuditSource
  readonly checkpoint?: TrustedCheckpoint
  /** User name or id of the account whose past is wanted. */
  readonly account?: string
  /** Called now and then with the height that was reached. */
  readonly onProgress?: (height: number) => void
}

/** Which part of a block, or of a file, is wrong. */
export type FaultPart = 'file' | 'header' | 'certificate' | 'transactions' | 'state' | 'checkpoint'

export interface LedgerAudit extends AuditView {
  readonly network: string
  readonly networkName: string
  /** Hash of the last block that was found good. */
  readonly block: string
  readonly fault: (AuditFault & { readonly part: FaultPart }) | null
  readonly account: AccountAudit | null
  /** PeerIds of those who cosigned the checkpoint that was believed. */
  readonly witnesses: readonly string[]
}

/** The past of one account, and its record under the state root of the last block. */
export interface AccountAudit {
  readonly id: string
  readonly movements: readonly Movement[]
  readonly machines: readonly MachineStep[]
  readonly transactions: readonly ProvedTransaction[]
  readonly proof: {
    readonly key: string
    /** Canonical bytes of the account's record, hex. */
    readonly value: string
    readonly stateRoot: string
    /** Hex; `ledger/proofs` says how it is read. */
    readonly bytes: string
    readonly holds: boolean
  }
}

/** Blocks between two calls of `onProgress`. */
const PROGRESS_EVERY = 100

/** Rejects only where the source cannot be read at all; whatever is wrong with its content is in the answer. */
export async function auditLedger(options: AuditLedgerOptions): Promise<LedgerAudit> {
  const source = await openSource(options.source)
  const { account, onProgress } = options
  const network = networkOf(source.genesis, nodeCrypto)
  const checkpoint =
    options.checkpoint === undefined ? undefined : await openCheckpoint(options.checkpoint, network)
  const trail = account === undefined ? undefined : new AccountTrail(account, nodeCrypto)
  const audited = await auditBlocks({
    genesis: source.genesis,
    blocks: source.blocks,
    crypto: nodeCrypto,
    ...(checkpoint === undefined ? {} : { anchor: checkpoint.anchor }),
    onBlock(certified, before, after) {
      trail?.take(certified, before, after)
      if (after.height % PROGRESS_EVERY === 0) onProgress?.(after.height)
    }
  })
  return { ...viewOf(source, audited, trail), witnesses: checkpoint?.witnesses ?? [] }
}

function viewOf(
  source: OpenSource,
  { report, audit }: AuditedBlocks,
  trail: AccountTrail | undefined
): Omit<LedgerAudit, 'witnesses'> {
  const own = endLines(source, report)
  const { fault } = report
  return {
    ok: report.ok && own.every(({ ok }) => ok),
    network: report.network,
    networkName: source.genesis.name,
    fromHeight: 1,
    toHeight: report.height,
    blocks: report.height,
    transactions: audit.transactions,
    block: report.block,
    stateRoot: report.stateRoot,
    invariants: [...report.lines, ...own],
    fault: fault === null ? null : { ...fault, part: partOf(fault.code) },
    account: trail === undefined ? null : accountAudit(trail, audit.tip.state)
  }
}

/** Whether the replay ends where whoever served the blocks says. */
function endLines(
  { said }: OpenSource,
  { height, stateRoot, fault }: AuditedBlocks['report']
): readonly Invariant[] {
  if (said === null || fault !== null) return []
  const whole: Invariant = {
    name: 'all blocks up to the head were served',
    ok: height >= said.height,
    figure: `${height} of ${said.height}`
  }
  if (said.stateRoot === null) return [whole]
  const same: Invariant = {
    name: 'the replayed state is the one this node answers from',
    ok: stateRoot === said.stateRoot,
    figure: `state root ${stateRoot.slice(0, 16)} at height ${height}`
  }
  return [whole, same]
}

function accountAudit(trail: AccountTrail, state: LedgerState): AccountAudit | null {
  const { id, movements, machines, transactions } = trail
  if (id === undefined) return null
  const key = `account/${id}`
  const query = { kind: 'key', key } as const
  const bytes = proveState(state, [query])
  const stateRoot = state.root()
  const shown = readProof(bytes, stateRoot, nodeCrypto)
  const answer = shown.ok ? shown.state.answer(query) : shown
  const value = answer.ok ? answer.entries[0]?.[1] : undefined
  return {
    id,
    movements,
    machines,
    transactions,
    proof: {
      key,
      value: value === undefined ? '' : toHex(value),
      stateRoot,
      bytes: toHex(bytes),
      holds: value !== undefined
    }
  }
}

function partOf(code: string): FaultPart {
  if (code.startsWith('EXPORT_')) return 'file'
  if (code.startsWith('CHECKPOINT_')) return 'checkpoint'
  if (code.startsWith('CERTIFICATE_')) return 'certificate'
  if (code === 'WRONG_STATE_ROOT' || code === 'INVARIANT') return 'state'
  return IN_TRANSACTIONS.has(code) ? 'transactions' : 'header'
}

const IN_TRANSACTIONS: ReadonlySet<string> = new Set([
  'INADMISSIBLE',
  'WRONG_RESULT',
  'WRONG_TRANSACTION_ROOT',
  'TOO_LARGE'
])
