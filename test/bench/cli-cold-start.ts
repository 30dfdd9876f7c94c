import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runWell } from './processes.ts'
import { median, type Row, row } from './row.ts'

/** Odd, so that the median is one of them; a first round that fills the page cache is not counted. */
const ROUNDS = 15
/** interface.md and issue 2: cold start of the CLI. */
const GOAL_MS = 300

/** `virtuoso` from a shell's start to its end, beside a Node that does nothing. */
export async function run(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-'))
  const server = await answering(join(dir, 'api.sock'), { machines: [] })
  const cli = join('dist', 'tui', 'main.js')
  try {
    return [
      row('cli-cold-start/bare-node', await timed(['-e', '0'], dir), 'ms'),
      row('cli-cold-start/version', await timed([cli, '--version'], dir), 'ms', GOAL_MS),
      row('cli-cold-start/machine-list', await timed([cli, 'machine', 'list'], dir), 'ms', GOAL_MS)
    ]
  } finally {
    server.close()
    await rm(dir, { recursive: true, force: true })
  }
}

async function timed(args: readonly string[], dir: string): Promise<number> {
  const durations: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { durationMs } = await runWell(process.execPath, args, { env: { VIRTUOSO_HOME: dir } })
    if (round > 0) durations.push(durationMs)
  }
  return median(durations)
}

/** A node that answers at once, so that only the client is measured. */
async function answering(socket: string, answer: object): Promise<Server> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((settle, fail) => {
    server.once('error', fail)
    server.listen(socket, settle)
  })
  return server
}
