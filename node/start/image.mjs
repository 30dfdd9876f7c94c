import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Problem } from './problem.mjs'
import { ROOT, runQuietly } from './run.mjs'

/**
 * Makes the guest image once for every version of the script that makes it, in the user's cache, and gives
 * its folder. It is made beside its place and renamed: a run that was cut short leaves nothing half made.
 */
export async function bringImage() {
  const folder = join(cacheDir(), `images-${recipeHash()}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    const script = join(ROOT, 'dist', 'node', 'images', 'build-main.js')
    const { code, tail } = await runQuietly(
      'making the guest image debian-mini from Debian packages',
      process.execPath,
      [script, unfinished]
    )
    if (code !== 0) throw new Problem(1, `the guest image could not be made:\n${tail}`)
    if (!existsSync(folder)) renameSync(unfinished, folder)
    return folder
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function cacheDir() {
  const base = process.env.XDG_CACHE_HOME
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'virtuoso')
}

function recipeHash() {
  const folder = join(ROOT, 'node', 'images')
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.ts'))
      hash
        .update(name)
        .update('\0')
        .update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 12)
}
