/** An audit of blocks from anywhere, with threads for the signatures and an eye on one account where that is wanted. */
import {
  type Anchor,
  type Audit,
  type AuditReport,
  auditReport,
  auditStep,
  type CertifiedBlock,
  type Crypto,
  createAudit,
  ExportError,
  type Genesis,
  type LedgerState,
  networkOf
} from '../../ledger/index.ts'
import { ClaimReader } from './signature-claims.ts'
import { SignatureWorkers } from './signature-workers.ts'

/** Blocks whose signatures are under way while one is executed: two fill the gap, more even out blocks of other sizes. */
const AHEAD_MAX = 4
/** Each look at the invariants reads the whole state; the last block's are always looked at. */
const INVARIANTS_EVERY = 16

export interface AuditBlocksOptions {
  readonly genesis: Genesis
  readonly blocks: AsyncIterable<CertifiedBlock>
  readonly crypto: Crypto
  readonly anchor?: Anchor
  /** Default `INVARIANTS_EVERY`. */
  readonly invariantsEvery?: number
  /** Signature threads; by default all cores but one. 0: none. */
  readonly threads?: number
  /** Called with each block that was good. */
  readonly onBlock?: (certified: CertifiedBlock, before: LedgerState, after: LedgerState) => void
}

export interface AuditedBlocks {
  readonly report: AuditReport
  readonly audit: Audit
}

/**
 * Rejects with what `blocks` throws, after all blocks before it were found good; a fault in them comes first. An
 * `ExportError` is a fault like others.
 */
export async function auditBlocks(options: AuditBlocksOptions): Promise<AuditedBlocks> {
  const { genesis, anchor } = options
  const workers = new SignatureWorkers(options.crypto, options.threads)
  try {
    const audit = createAudit(genesis, workers.crypto, {
      invariantsEvery: options.invariantsEvery ?? INVARIANTS_EVERY,
      isVerified: workers.isVerified,
      ...(anchor === undefined ? {} : { anchor })
    })
    return await new Run(options, workers, audit).toEnd()
  } finally {
    await workers.close()
  }
}

interface Ahead {
  readonly certified: CertifiedBlock
  readonly checked: Promise<void>
}

class Run {
  readonly #options: AuditBlocksOptions
  readonly #workers: SignatureWorkers
  readonly #claims: ClaimReader
  readonly #ahead: Ahead[] = []
  #audit: Audit

  constructor(options: AuditBlocksOptions, workers: SignatureWorkers, audit: Audit) {
    this.#options = options
    this.#workers = workers
    this.#audit = audit
    this.#claims = new ClaimReader(networkOf(options.genesis, workers.crypto), workers.crypto)
  }

  async toEnd(): Promise<AuditedBlocks> {
    let broken: { readonly error: unknown } | undefined
    try {
      for await (const certified of this.#options.blocks) {
        this.#look(certified)
        if (this.#ahead.length > AHEAD_MAX) await this.#execute()
        if (this.#audit.fault !== null) break
      }
    } catch (error) {
      broken = { error }
    }
    while (this.#ahead.length > 0 && this.#audit.fault === null) await this.#execute()
    if (broken !== undefined && this.#audit.fault === null) this.#break(broken.error)
    return { report: auditReport(this.#audit), audit: this.#audit }
  }

  #break(error: unknown): void {
    if (!(error instanceof ExportError)) throw error
    const { height, code, message } = error
    this.#audit = { ...this.#audit, fault: { height, code, message } }
  }

  #look(certified: CertifiedBlock): void {
    const trusted = this.#audit.anchor !== null && this.#audit.anchoredAt === null
    const claims = trusted ? [] : this.#claims.read(certified, this.#audit.tip.state)
    const checked = this.#workers.check(claims)
    // Awaited when its turn comes; until then a failure must not end the process.
    checked.catch(() => undefined)
    this.#ahead.push({ certified, checked })
  }

  async #execute(): Promise<void> {
    const next = this.#ahead.shift()
    if (next === undefined) return
    await next.checked
    const before = this.#audit.tip.state
    this.#audit = auditStep(this.#audit, next.certified)
    this.#claims.executed(next.certified)
    if (this.#audit.fault !== null) return
    this.#options.onBlock?.(next.certified, before, this.#audit.tip.state)
  }
}
