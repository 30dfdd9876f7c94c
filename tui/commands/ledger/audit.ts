import type { AuditView } from '../../../node/client.ts'
import { type Context, Failure } from '../../cli/index.ts'
import { type Column, formatTable } from '../../format/index.ts'

export async function audit(context: Context): Promise<void> {
  const view = await context.call('audit', {})
  context.output.result({ json: view, text: () => describeAudit(view) })
  const broken = view.invariants.filter(each => !each.ok)
  if (view.ok && broken.length === 0) return
  throw new Failure({
    code: 'AUDIT_FAILED',
    class: 'failed',
    message: `the audit found ${broken.length} of ${view.invariants.length} invariants broken: ${broken.map(each => each.name).join(', ')}`,
    hint: 'compare `virtuoso ledger head` with other nodes: this store or its coordinators are wrong'
  })
}

function describeAudit(view: AuditView): string {
  return [
    `Replayed blocks ${view.fromHeight} to ${view.toHeight}: ${view.blocks} blocks, ${view.transactions} transactions`,
    `State root ${view.stateRoot}`,
    '',
    formatTable(COLUMNS, view.invariants)
  ].join('\n')
}

const COLUMNS: readonly Column<AuditView['invariants'][number]>[] = [
  { title: 'INVARIANT', cell: each => each.name },
  { title: 'HOLDS', cell: each => (each.ok ? 'yes' : 'NO') },
  { title: 'FIGURE', cell: each => each.figure }
]
