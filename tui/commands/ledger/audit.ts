import type { AuditSource, LedgerAudit, TrustedCheckpoint } from '../../../node/index.ts'
import { type Context, classified, Failure, usageFailure } from '../../cli/index.ts'
import { type Column, formatTable } from '../../format/index.ts'
import { describeAccount } from './account-audit.ts'
import { EXPORT_CLASSES } from './refusals.ts'

export async function audit(context: Context): Promise<void> {
  const { flags, output } = context
  const account = flags.text('account')
  const source = sourceOf(context)
  const checkpoint = checkpointOf(context)
  const { auditLedger } = await import('../../../node/index.ts')
  const view = await auditLedger({
    source,
    ...(account === undefined ? {} : { account }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    onProgress: height => {
      if (output.live) output.progress(`block ${height}`)
    }
  }).catch((error: unknown) => {
    throw classified(error, EXPORT_CLASSES)
  })
  output.result({ json: view, text: () => describeAudit(view) })
  if (!view.ok) throw failureOf(view, source)
  if (account === undefined || view.account !== null) return
  throw new Failure({
    code: 'NOT_FOUND',
    class: 'not-found',
    message: `no account is called "${account}" up to height ${view.toHeight}`,
    hint: null
  })
}

function sourceOf(context: Context): AuditSource {
  const { flags } = context
  const paths = flags.list('file')
  const peer = flags.text('peer')
  if (paths.length > 0 && peer !== undefined) {
    throw usageFailure('--file and --peer contradict each other')
  }
  if (paths.length > 0) return { kind: 'files', paths }
  return {
    kind: 'node',
    ask: input => context.call('ledger.blocks', input),
    ...(peer === undefined ? {} : { peer })
  }
}

/** A hash is taken at its word, a file at that of the witnesses who are asked for. */
function checkpointOf({ flags }: Context): TrustedCheckpoint | undefined {
  const word = flags.text('checkpoint')
  const witnesses = flags.list('witness')
  const needed = flags.whole('witnesses')
  const isFile = word !== undefined && !/^[0-9a-f]{64}$/.test(word)
  if ((witnesses.length > 0 || needed !== undefined) && !isFile) {
    throw usageFailure('--witness and --witnesses are about the file that --checkpoint names')
  }
  if (needed !== undefined && needed > witnesses.length) {
    throw usageFailure(`--witnesses ${needed} of the ${witnesses.length} that --witness names`)
  }
  if (word === undefined) return undefined
  if (!isFile) return { kind: 'block', hash: word }
  return { kind: 'file', path: word, witnesses, ...(needed === undefined ? {} : { needed }) }
}

function failureOf({ fault, invariants }: LedgerAudit, source: AuditSource): Failure {
  const broken = invariants.filter(each => !each.ok)
  const message =
    fault === null
      ? `the audit found ${broken.length} of ${invariants.length} invariants broken: ${broken.map(each => each.name).join(', ')}`
      : `block ${fault.height}, ${fault.part}: ${fault.message} (${fault.code})`
  return new Failure({
    code: 'AUDIT_FAILED',
    class: 'failed',
    message,
    hint:
      source.kind === 'files'
        ? 'get the file again from somebody else: nothing from this place on can be believed'
        : 'compare `virtuoso ledger head` with other nodes: this store or its coordinators are wrong'
  })
}

function describeAudit(view: LedgerAudit): string {
  return [
    `Network ${view.networkName}, ${view.network}`,
    `Replayed blocks ${view.fromHeight} to ${view.toHeight}: ${view.blocks} blocks, ${view.transactions} transactions`,
    `Last block ${view.block}`,
    `State root ${view.stateRoot}`,
    ...view.witnesses.map(witness => `Cosigned by witness ${witness}`),
    '',
    formatTable(COLUMNS, view.invariants),
    ...(view.account === null ? [] : ['', ...describeAccount(view.account)])
  ].join('\n')
}

const COLUMNS: readonly Column<LedgerAudit['invariants'][number]>[] = [
  { title: 'INVARIANT', cell: each => each.name },
  { title: 'HOLDS', cell: each => (each.ok ? 'yes' : 'NO') },
  { title: 'FIGURE', cell: each => each.figure }
]
