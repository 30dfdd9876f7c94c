import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hash } from '../../ledger/index.ts'
import type { ImageFiles, ImageStore } from '../vmm/index.ts'
import { fileHash } from './file-hash.ts'
import {
  decodeManifest,
  MANIFEST_FILES,
  MANIFEST_MAX_BYTES,
  type Manifest,
  type ManifestFile
} from './manifest.ts'

/** Folders in an images folder that are looked at; a provider has a handful of images. */
const IMAGES_MAX = 256

/**
 * The images in the folders of `root`. An image is found only when every file has the bytes its hash stands
 * for; a file is hashed once and again when its size or its time of change differ.
 */
export function createImageStore(root: string): ImageStore {
  const hashes = new Map<string, { readonly stamp: string; readonly hash: Hash }>()

  const hashOf = async (file: string): Promise<Hash> => {
    const { size, mtimeMs, ino } = await stat(file)
    const stamp = `${size} ${mtimeMs} ${ino}`
    const known = hashes.get(file)
    if (known?.stamp === stamp) return known.hash
    const hash = await fileHash(file)
    hashes.set(file, { stamp, hash })
    return hash
  }

  const isWhole = async (folder: string, manifest: Manifest): Promise<boolean> => {
    for (const name of MANIFEST_FILES) {
      if ((await hashOf(join(folder, name))) !== manifest.files[name].sha256) return false
    }
    return true
  }

  const load = async (folder: string): Promise<ImageFiles | undefined> => {
    try {
      const file = join(folder, 'manifest.json')
      if ((await stat(file)).size > MANIFEST_MAX_BYTES) return undefined
      const manifest = decodeManifest(await readFile(file, 'utf8'))
      return (await isWhole(folder, manifest)) ? filesOf(folder, manifest) : undefined
    } catch {
      // A half built or damaged image is none; the builder or the copier tells its own errors.
      return undefined
    }
  }

  const list = async (): Promise<readonly ImageFiles[]> => {
    const images = []
    for (const name of (await foldersIn(root)).slice(0, IMAGES_MAX)) {
      const image = await load(join(root, name))
      if (image !== undefined) images.push(image)
    }
    return images
  }

  return { list, find: async hash => (await list()).find(image => image.hash === hash) }
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
  return folders.map(entry => entry.name).sort()
}

function filesOf(folder: string, manifest: Manifest): ImageFiles {
  const path = (name: ManifestFile): string => join(folder, name)
  return {
    hash: manifest.hash,
    name: manifest.name,
    kernel: path('kernel'),
    initrd: path('initrd'),
    disk: path('disk.raw'),
    minimum: manifest.minimum
  }
}
