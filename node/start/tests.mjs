import { join } from 'node:path'
import process from 'node:process'
import { builtFiles } from './build.mjs'
import { Problem } from './problem.mjs'
import { runVisibly } from './run.mjs'

/** A small machine has two cores, and each guest under emulation takes one. */
const FILES_AT_ONCE = 2
/** A test file that has not ended by then has hung: it fails, and the run goes on to its summary. */
const FILE_TIMEOUT_MS = 600_000

/**
 * Runs every built test, or those whose path contains one of `filters`. The files are listed one by one:
 * given a folder, Node 20 counts every helper in it as a passing test.
 */
export async function runTests(filters, env) {
  const all = builtFiles().filter(file => /^test\/.*\.test\.js$/.test(file))
  const chosen =
    filters.length === 0 ? all : all.filter(file => filters.some(part => file.includes(part)))
  if (chosen.length === 0)
    throw new Problem(2, `no test file has "${filters.join('" or "')}" in its path`)
  return await runVisibly(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      `--test-concurrency=${FILES_AT_ONCE}`,
      `--test-timeout=${FILE_TIMEOUT_MS}`,
      ...chosen.map(file => join('dist', file))
    ],
    { env }
  )
}
