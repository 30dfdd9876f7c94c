import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './problem.mjs'
import { ROOT, runQuietly } from './run.mjs'

const DIST = join(ROOT, 'dist')

/** Path of a tool that npm installed. */
export function tool(name) {
  return join(ROOT, 'node_modules', '.bin', name)
}

export async function build() {
  removeOrphans()
  const { code, words } = await runQuietly('building (tsc -b)', tool('tsc'), ['-b'])
  if (code !== 0) throw new Problem(1, `the build failed:\n${words}`)
}

/** Files below `dist`, as paths relative to it with forward slashes. */
export function builtFiles() {
  if (!existsSync(DIST)) return []
  return readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(DIST.length + 1))
    .sort()
}

/** `tsc -b` leaves the output of deleted sources behind; a deleted test would go on being run. */
function removeOrphans() {
  for (const file of builtFiles()) {
    const stem = /^(.*)\.(?:js|js\.map|d\.ts)$/.exec(file)?.[1]
    if (stem !== undefined && !existsSync(join(ROOT, `${stem}.ts`))) rmSync(join(DIST, file))
  }
}
