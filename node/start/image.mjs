import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Problem } from './problem.mjs'
import { ROOT, runQuietly } from './run.mjs'
import { canUseApt, refreshPackageLists } from './system.mjs'

const ELSEWHERE = 'A folder that holds the .deb files can be named in VIRTUOSO_PACKAGES.'

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
    await makeImage(unfinished)
    if (!existsSync(folder)) renameSync(unfinished, folder)
    return folder
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

async function makeImage(folder) {
  const first = await runRecipe(folder)
  if (first.code === 0) return
  // A machine fresh from an image has no package lists at all, and old lists name packages that are gone.
  if (canUseApt()) await refreshPackageLists()
  const { code, words } = canUseApt() ? await runRecipe(folder) : first
  if (code !== 0) throw new Problem(1, `the guest image could not be made:\n${words}\n${ELSEWHERE}`)
}

function runRecipe(folder) {
  const script = join(ROOT, 'dist', 'node', 'images', 'build-main.js')
  const packages = process.env.VIRTUOSO_PACKAGES
  const args = [script, folder, ...(packages ? [packages] : [])]
  const title = 'making the guest image debian-mini from Debian packages'
  return runQuietly(title, process.execPath, args)
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
