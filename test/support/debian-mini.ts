import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildDebianMini, createImageStore } from '../../node/images/index.ts'
import { downloadDebianPackages } from '../../node/images/packages.ts'
import type { ImageFiles, ImageStore } from '../../node/vmm/index.ts'

const run = promisify(execFile)

export interface TestImage {
  readonly store: ImageStore
  readonly image: ImageFiles
  /** Where both lie. */
  readonly folder: string
}

/** Kept between runs; named by the builder's own code, so that a changed builder builds anew. */
export async function debianMini(): Promise<TestImage> {
  const root = join(cacheFolder(), `images-${await builderVersion()}`)
  const store = createImageStore(root)
  const [kept] = await store.list()
  if (kept !== undefined) return { store, image: kept, folder: root }
  await buildDebianMini({ outDir: root, packagesDir: await debianPackages() })
  const [image] = await store.list()
  if (image === undefined) throw new Error(`No image in ${root} after a build.`)
  return { store, image, folder: root }
}

/** The .deb files the image is made from, fetched once; parallel test files fetch their own. */
export async function debianPackages(): Promise<string> {
  const folder = join(cacheFolder(), 'packages')
  const isThere = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.deb'))
  if (isThere.length === 2) return folder
  const own = `${folder}-${process.pid}`
  await downloadDebianPackages(own)
  await run('mv', ['-T', own, folder]).catch(async () => await rm(own, { recursive: true }))
  return folder
}

/** Why tests with a real guest cannot run here; in CI they must, so there it is a failure. */
export async function whyNoQemu(): Promise<string | undefined> {
  for (const program of ['qemu-system-x86_64', 'qemu-img', 'qemu-nbd']) {
    try {
      await run(program, ['--version'])
    } catch {
      if (process.env['CI'] !== undefined) throw new Error(`${program} is missing, and this is CI.`)
      return `${program} is not installed (Debian: qemu-system-x86 and qemu-utils)`
    }
  }
  return undefined
}

function cacheFolder(): string {
  return join(tmpdir(), `virtuoso-test-${userInfo().username}`)
}

async function builderVersion(): Promise<string> {
  const folder = fileURLToPath(new URL('../../node/images/', import.meta.url))
  await mkdir(cacheFolder(), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  for (const name of (await readdir(folder)).filter(each => each.endsWith('.js')).sort()) {
    hash.update(await readFile(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 12)
}
