import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { runWell } from './processes.ts'
import { type Row, row } from './row.ts'

/** Goals by the first part of a figure's name (issue 2): memory of an idle node. */
const GOALS: Readonly<Record<string, number>> = { 'node-rss': 150 }

/** A line of the file that `first-run --figures FILE` writes. */
const FIGURE = z.object({ name: z.string(), value: z.number(), unit: z.string() })

/** Commit latency, memory of each node, boot, suspend, move and resume: the main job measures itself. */
export async function run(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-'))
  const figures = join(dir, 'figures.jsonl')
  const main = join('dist', 'tui', 'first-run', 'main.js')
  try {
    await runWell(process.execPath, [main, '--data', join(dir, 'data'), '--figures', figures])
    const lines = (await readFile(figures, 'utf8')).trim().split('\n')
    return lines.map(line => {
      const { name, value, unit } = FIGURE.parse(JSON.parse(line))
      return row(`main-job/${name}`, value, unit, GOALS[name.split('/')[0] ?? ''] ?? null)
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
