import { mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Crypto, Hash } from '../../ledger/index.ts'
import { type ContentManifest, type PartShape } from '../../protocols/blocks/index.ts'
import type { Extent, ImageStore, PartName } from '../vmm/index.ts'
import { hashPart } from './hash.ts'
import { ManifestWriter, openManifest } from './manifest-file.ts'

/** Manifests of the disks of images: a machine on its way here need not bring what its image has already. */
export class ImageManifests {
  readonly #crypto: Crypto
  readonly #images: ImageStore
  readonly #folder: string

  constructor(crypto: Crypto, images: ImageStore, folder: string) {
    this.#crypto = crypto
    this.#images = images
    this.#folder = folder
  }

  /** Its one part is the disk. Made at the first use; undefined if the image is not here. */
  async open(image: Hash): Promise<ContentManifest | undefined> {
    const files = await this.#images.find(image)
    if (files === undefined) return undefined
    // An image is named by its hash, so what is known of it stays true while its file is the same one.
    const { size, mtimeMs, ino } = await stat(files.disk)
    const path = join(this.#folder, `${image}-${size}-${Math.floor(mtimeMs)}-${ino}.manifest`)
    const known = await openManifest(this.#crypto, path).catch(() => undefined)
    if (known !== undefined) return known
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await this.#write(path, files.disk, size)
    return openManifest(this.#crypto, path)
  }

  async #write(path: string, disk: string, sizeBytes: number): Promise<void> {
    const shape: PartShape = { name: 'disk', format: 'disk-raw', sizeBytes }
    const writer = await ManifestWriter.create(this.#crypto, path, [shape])
    const file = await open(disk, 'r')
    try {
      const content = {
        extents: async (_part: PartName, within?: Extent) => [
          within ?? { offset: 0, length: sizeBytes }
        ],
        read: async (_part: PartName, offset: number, length: number) => {
          const bytes = new Uint8Array(length)
          await file.read(bytes, 0, length, offset)
          return bytes
        }
      }
      await hashPart(content, shape, this.#crypto, writer)
      await writer.finish()
    } catch (error) {
      await writer.discard()
      throw error
    } finally {
      await file.close()
    }
  }
}
