import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ImageError } from './image-error.ts'

const run = promisify(execFile)

const KERNEL_META_PACKAGE = 'linux-image-cloud-amd64'
const SHELL_PACKAGE = 'busybox-static'

/** A build that fetches 30 MB over a slow line must not hang for ever. */
const FETCH_PATIENCE_MS = 10 * 60_000

export interface DebianPackage {
  readonly name: string
  readonly version: string
}

export interface UnpackedPackages {
  readonly root: string
  readonly packages: readonly DebianPackage[]
}

/**
 * Fetches the kernel and busybox from the Debian archive the host is set up for (unless `folder` holds them
 * already) and unpacks them below `work`. Nothing is installed and no maintainer script runs.
 */
export async function unpackDebianPackages(
  work: string,
  folder?: string
): Promise<UnpackedPackages> {
  const archives = folder ?? (await downloadDebianPackages(join(work, 'packages')))
  const files = await debFiles(archives)
  const root = join(work, 'root')
  await mkdir(root, { recursive: true })
  const packages = []
  for (const file of files) {
    await call('dpkg-deb', ['-x', join(archives, file), root], work)
    packages.push(await describe(join(archives, file), work))
  }
  return { root, packages }
}

async function debFiles(archives: string): Promise<string[]> {
  const names = await readdir(archives).catch(cause => {
    throw missing(cause)
  })
  const files = names.filter(name => name.endsWith('.deb')).sort()
  const starts = [SHELL_PACKAGE, 'linux-image-']
  if (starts.every(start => files.some(file => file.startsWith(start)))) return files
  throw missing(new Error(`${archives} does not hold both packages`))
}

/** Fetches the packages into a folder and returns it. Throws PACKAGES_MISSING. */
export async function downloadDebianPackages(archives: string): Promise<string> {
  await mkdir(archives, { recursive: true })
  const kernel = await concreteKernel(archives)
  // apt's own user could not write into our folder; the signatures are checked all the same.
  const unsandboxed = ['-q', '-o', 'APT::Sandbox::User=root']
  await call('apt-get', [...unsandboxed, 'download', kernel, SHELL_PACKAGE], archives)
  return archives
}

/** The meta package names the kernel of the day; only that one holds files. */
async function concreteKernel(work: string): Promise<string> {
  const listing = await call('apt-cache', ['depends', KERNEL_META_PACKAGE], work)
  const found = /Depends: (linux-image-\d\S*)/.exec(listing)
  if (found?.[1] !== undefined) return found[1]
  throw missing(new Error(`apt-cache knows no dependency of ${KERNEL_META_PACKAGE}`))
}

async function describe(file: string, work: string): Promise<DebianPackage> {
  const fields = ['-f', file, 'Package', 'Version']
  const text = await call('dpkg-deb', fields, work)
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { name: field('Package'), version: field('Version') }
}

async function call(command: string, words: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run(command, [...words], { cwd, timeout: FETCH_PATIENCE_MS })
    return stdout
  } catch (cause) {
    throw missing(cause)
  }
}

function missing(cause: unknown): ImageError {
  return new ImageError(
    'PACKAGES_MISSING',
    `The packages ${KERNEL_META_PACKAGE} and ${SHELL_PACKAGE} could not be fetched. On Debian 12 run ` +
      '`apt-get update`; elsewhere put the .deb files of busybox-static and of the kernel that ' +
      'linux-image-cloud-amd64 depends on into one folder and name it.',
    { cause }
  )
}
