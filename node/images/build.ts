import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile
} from 'node:fs/promises'
import { join } from 'node:path'
import { makeBaseDisk } from './base-disk.ts'
import { encodeCpio } from './cpio.ts'
import { fileHash } from './file-hash.ts'
import { GUEST_MODULES, guestFiles } from './guest-files.ts'
import {
  encodeManifest,
  type FileDescription,
  imageHash,
  type Manifest,
  type ManifestFile
} from './manifest.ts'
import { type DebianPackage, unpackDebianPackages } from './packages.ts'

export interface BuildOptions {
  /** Folder of images; the image gets a folder of its own in it, named by name and hash. */
  readonly outDir: string
  /** Folder with the .deb files; without it they are fetched with apt. */
  readonly packagesDir?: string
}

export interface BuiltImage {
  readonly folder: string
  readonly manifest: Manifest
}

const NAME = 'debian-mini'
const MINIMUM = { memoryMb: 128, storageMb: 100 }
const MB = 2 ** 20

/**
 * Makes the image debian-mini from Debian packages alone. Equal packages give equal bytes, and so the same
 * image hash on every host. Throws ImageError.
 */
export async function buildDebianMini(options: BuildOptions): Promise<BuiltImage> {
  await mkdir(options.outDir, { recursive: true })
  const work = await mkdtemp(join(options.outDir, '.build-'))
  try {
    const { root, packages } = await unpackDebianPackages(work, options.packagesDir)
    const image = join(work, 'image')
    await mkdir(image)
    await makeFiles(root, image)
    const manifest = await makeManifest(image, packages)
    return { folder: await putInPlace(image, options.outDir, manifest), manifest }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Older images stay: machines on this host are overlays on their disks. */
async function putInPlace(image: string, outDir: string, manifest: Manifest): Promise<string> {
  const folder = join(outDir, `${manifest.name}-${manifest.hash.slice(0, 12)}`)
  // A folder of that name holds the same bytes or damaged ones, which a fresh copy mends.
  await rm(folder, { recursive: true, force: true })
  await rename(image, folder)
  return folder
}

async function makeFiles(root: string, image: string): Promise<void> {
  const [release] = await readdir(join(root, 'lib/modules'))
  if (release === undefined) throw new Error('The kernel package has no modules.')
  await copyFile(join(root, `boot/vmlinuz-${release}`), join(image, 'kernel'))
  const modules = new Map<string, Uint8Array>()
  for (const module of GUEST_MODULES) {
    const file = join(root, 'lib/modules', release, 'kernel', `${module}.ko`)
    modules.set(module, await readFile(file))
  }
  const busybox = await readFile(join(root, 'bin/busybox'))
  await writeFile(join(image, 'initrd'), encodeCpio(guestFiles(busybox, modules)))
  await makeBaseDisk(join(image, 'disk.raw'), MINIMUM.storageMb * MB)
}

async function makeManifest(image: string, packages: readonly DebianPackage[]): Promise<Manifest> {
  const describe = async (name: ManifestFile): Promise<FileDescription> => {
    const file = join(image, name)
    // Machines are overlays on these files; a change underneath would ruin every one of them.
    await chmod(file, 0o444)
    return { sha256: await fileHash(file), sizeBytes: (await stat(file)).size }
  }
  const unhashed = {
    format: 'virtuoso-image-1' as const,
    name: NAME,
    minimum: MINIMUM,
    files: {
      kernel: await describe('kernel'),
      initrd: await describe('initrd'),
      'disk.raw': await describe('disk.raw')
    },
    packages: [...packages]
  }
  const manifest = { ...unhashed, hash: imageHash(unhashed) }
  await writeFile(join(image, 'manifest.json'), encodeManifest(manifest))
  return manifest
}
