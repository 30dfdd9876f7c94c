/** What `npm start` runs once everything it needs is there. */
import { parseArgs } from 'node:util'
import { runFirstRun } from './run.ts'

const USAGE = 'usage: npm start -- [--keep] [--data DIR] [--figures FILE]'

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      data: { type: 'string' },
      figures: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)))
  }
  return runFirstRun({
    dir: values.data,
    keep: values.keep,
    interactive: process.stdin.isTTY && process.stdout.isTTY,
    out: process.stdout,
    figuresFile: values.figures,
    signal: interrupted.signal
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`virtuoso: ${error instanceof Error ? error.message : String(error)}\n`)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  process.exitCode = code.startsWith('ERR_PARSE_ARGS') ? 2 : 1
}
