import { type Context, Failure } from '../../cli/index.ts'
import { type Column, formatTable } from '../../format/index.ts'
import {
  type Finding,
  findDataDir,
  findDisk,
  findKvm,
  findNodeVersion,
  findProgram,
  judgeBlockAge
} from './findings.ts'

/** Looks at everything the node depends on. Exit code 1 when something must be mended. */
export async function examine(context: Context): Promise<void> {
  const [daemon, ...others] = await Promise.all([
    findDaemon(context),
    findNodeVersion(process.versions.node),
    findDataDir(context.dir),
    findProgram('QEMU', 'qemu-system-x86_64', ['--version'], 'a provider needs it'),
    findProgram('qemu-img', 'qemu-img', ['--version'], 'a provider needs it'),
    findKvm('/dev/kvm'),
    findDisk(context.dir)
  ])
  const findings = [...daemon, ...others]
  context.output.result({ json: { findings }, text: () => describe(findings) })
  const bad = findings.filter(each => each.verdict === 'bad')
  if (bad.length === 0) return
  throw new Failure({
    code: 'DOCTOR',
    class: 'failed',
    message: `${bad.length} of ${findings.length} things need mending: ${bad.map(each => each.name).join(', ')}`,
    hint: 'the column CURE says how'
  })
}

/** The daemon, and the ledger it holds when it answers. */
async function findDaemon(context: Context): Promise<readonly Finding[]> {
  const name = 'node daemon'
  try {
    const status = await context.call('node.status', {})
    const behind = status.ledger.behind
    const daemon: Finding = {
      name,
      verdict: behind ? 'warning' : 'good',
      found: `${status.name} ${status.version}, ${status.peers} peers, ${status.ledger.kind} ledger, height ${status.ledger.height}${behind ? ', behind' : ''}`,
      cure: behind ? 'wait until it has caught up; if it does not, see `virtuoso node peers`' : ''
    }
    return [daemon, judgeBlockAge(status.ledger.timeMs, Date.now())]
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return [{ name, verdict: 'bad', found, cure: `virtuoso node run --data ${context.dir}` }]
  }
}

function describe(findings: readonly Finding[]): string {
  return formatTable(COLUMNS, findings)
}

const COLUMNS: readonly Column<Finding>[] = [
  { title: 'WHAT', cell: each => each.name },
  { title: 'VERDICT', cell: each => each.verdict },
  { title: 'FOUND', cell: each => each.found },
  { title: 'CURE', cell: each => each.cure }
]
