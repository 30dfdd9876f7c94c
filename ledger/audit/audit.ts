/**
 * Replays a network from its genesis and believes nobody: every certificate, signature, result and root is
 * worked out again, and every invariant is held against the state. Feed it the certified blocks one by one,
 * from whoever serves them.
 */
import {
  type ChainContext,
  chainContext,
  type Execution,
  executeBlock,
  followBlock,
  genesisTip,
  membersOf,
  type Tip
} from '../chain/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { checkInvariants, checkStep, type Invariant } from '../invariants/index.ts'
import type { CertifiedBlock, Genesis, Hash } from '../records/index.ts'
import { setHashOf } from '../statements/index.ts'
import { type Anchor, anchorFault, isReached } from './anchor.ts'

export interface AuditOptions {
  /**
   * Hold the invariants against the state after every so many blocks, besides the last: 1 finds the block at
   * fault, more is faster on a long log, as each check reads the whole state.
   */
  readonly invariantsEvery?: number
  /**
   * A place in the ledger that is trusted. Whatever leads to it by hashes is what was signed and certified once, so the
   * signatures of transactions and certificates are checked only behind it; everything is executed all the same.
   */
  readonly anchor?: Anchor
  /** Of signatures that the caller has checked already (`ChainContext`); none by default. */
  readonly isVerified?: ChainContext['isVerified']
}

export interface AuditFault {
  /** Height of the block at fault, or the one that was expected in its place. */
  readonly height: number
  /** A `ChainFaultCode`, `INVARIANT`, `CHECKPOINT_ASTRAY` or `CHECKPOINT_NOT_REACHED`. */
  readonly code: string
  readonly message: string
}

export interface Audit {
  readonly context: ChainContext
  readonly every: number
  readonly anchor: Anchor | null
  /** Height at which the anchor was found; null before, and without one. */
  readonly anchoredAt: number | null
  readonly tip: Tip
  /** Checked, those of certificates and those of transactions. */
  readonly votes: number
  readonly signatures: number
  readonly transactions: number
  readonly rejected: number
  /** The first thing that is wrong; nothing after it is looked at. */
  readonly fault: AuditFault | null
}

export function createAudit(genesis: Genesis, crypto: Crypto, options: AuditOptions = {}): Audit {
  return {
    context: chainContext(genesis, crypto, options.isVerified),
    every: options.invariantsEvery ?? 1,
    anchor: options.anchor ?? null,
    anchoredAt: null,
    tip: genesisTip(genesis, crypto),
    votes: 0,
    signatures: 0,
    transactions: 0,
    rejected: 0,
    fault: null
  }
}

/** Takes the next block. After a fault it stays as it is. */
export function auditStep(audit: Audit, certified: CertifiedBlock): Audit {
  if (audit.fault !== null) return audit
  const height = audit.tip.state.height + 1
  const trusted = audit.anchor !== null && audit.anchoredAt === null
  const followed = trusted
    ? executeTrusted(audit, certified)
    : followBlock(audit.tip, certified, audit.context)
  if (!followed.ok) return { ...audit, fault: { height, ...followed.fault } }
  const { results } = certified.block
  const after: Audit = {
    ...audit,
    tip: followed.tip,
    anchoredAt: trusted && isReached(audit.anchor, followed.tip) ? height : audit.anchoredAt,
    votes: audit.votes + (trusted ? 0 : certified.certificate.votes.length),
    signatures: audit.signatures + (trusted ? 0 : results.length),
    transactions: audit.transactions + results.length,
    rejected: audit.rejected + results.filter(result => result !== null).length
  }
  const astray = trusted ? anchorFault(audit.anchor, followed.tip, audit.context.crypto) : null
  if (astray !== null) return { ...after, fault: { height, ...astray } }
  const broken = brokenBy(audit, after)
  if (broken === undefined) return after
  const message = `${broken.name}: ${broken.figure}`
  return { ...after, fault: { height, code: 'INVARIANT', message } }
}

export interface AuditReport {
  readonly ok: boolean
  readonly lines: readonly Invariant[]
  readonly fault: AuditFault | null
  readonly network: Hash
  readonly height: number
  readonly block: Hash
  readonly stateRoot: Hash
}

/** What was checked up to here, each with its figure. */
export function auditReport(audit: Audit): AuditReport {
  const { tip } = audit
  const fault = audit.fault ?? missedAnchor(audit)
  const { state } = tip
  const replayed = `${state.height} blocks, ${audit.transactions} transactions, ${audit.rejected} rejected`
  const lines: readonly Invariant[] = [
    {
      name: 'every block follows from the one before',
      ok: fault === null,
      figure: fault === null ? replayed : `block ${fault.height}: ${fault.code}, ${fault.message}`
    },
    {
      name: 'every block is certified and every transaction signed',
      ok: fault === null || !isSignatureFault(fault),
      figure: `${audit.votes} votes, ${audit.signatures} transactions${trustedFigure(audit)}`
    },
    ...checkInvariants(state)
  ]
  return {
    ok: fault === null && lines.every(line => line.ok),
    lines,
    fault,
    network: state.network,
    height: state.height,
    block: tip.block,
    stateRoot: state.root()
  }
}

/** Its hash leads to the anchor, or the audit will fail there: certificates and signatures before it tell nothing more. */
function executeTrusted({ tip, context }: Audit, { block }: CertifiedBlock): Execution {
  const setHash = setHashOf(membersOf(tip), context.crypto)
  return executeBlock(tip, block, setHash, { ...context, isVerified: () => true })
}

function missedAnchor({ anchor, anchoredAt, tip }: Audit): AuditFault | null {
  if (anchor === null || anchoredAt !== null) return null
  const { height } = tip.state
  const message = `no block up to height ${height} is the checkpoint's`
  return { height, code: 'CHECKPOINT_NOT_REACHED', message }
}

function trustedFigure({ anchoredAt }: Audit): string {
  return anchoredAt === null ? '' : `; up to block ${anchoredAt} by the checkpoint`
}

function brokenBy(before: Audit, after: Audit): Invariant | undefined {
  const { state } = after.tip
  if (state.height % after.every !== 0) return undefined
  const held = [...checkInvariants(state), ...checkStep(before.tip.state, state)]
  return held.find(invariant => !invariant.ok)
}

function isSignatureFault({ code }: AuditFault): boolean {
  return code.startsWith('CERTIFICATE_') || code === 'INADMISSIBLE'
}
