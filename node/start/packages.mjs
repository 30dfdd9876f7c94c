import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './problem.mjs'
import { ROOT, runQuietly } from './run.mjs'

/** Brings the packages of the lockfile when `node_modules` does not hold them. */
export async function bringPackages() {
  const wanted = lockOf(join(ROOT, 'package-lock.json'))
  if (wanted === null) throw new Problem(1, 'package-lock.json is missing or broken: clone again')
  const missing = missingPackages(wanted, lockOf(join(ROOT, 'node_modules', '.package-lock.json')))
  if (missing.length === 0) return
  if (isLink(join(ROOT, 'node_modules')))
    throw new Problem(
      1,
      `node_modules is a link to a folder that lacks ${missing[0]}: run npm ci there, or remove the link`
    )
  const { code, words } = await runQuietly(
    `bringing ${missing.length} npm packages (npm ci)`,
    'npm',
    ['ci', '--no-audit', '--no-fund']
  )
  if (code === 0) return
  throw new Problem(1, `npm ci failed; is there a network? It said:\n${words}`)
}

/**
 * Names in the lockfile that are not installed in that version. What is installed is listed by npm in
 * `node_modules/.package-lock.json`. Optional ones belong to other platforms.
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path !== '' && !optional)
    .filter(([path, { version }]) => installed?.[path]?.version !== version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}

function lockOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}
