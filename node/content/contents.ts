import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration, Crypto, Hash, Uuid } from '../../ledger/index.ts'
import type { ContentManifest, PartShape } from '../../protocols/blocks/index.ts'
import type { ImageStore, Vmm } from '../vmm/index.ts'
import { hashContent } from './hash.ts'
import { ImageManifests } from './image-manifests.ts'
import { ManifestWriter, openManifest } from './manifest-file.ts'

/** Manifests kept of one machine: that of the copy here, and of a few versions others may still hold. */
const KEPT = 4

export interface ContentsOptions {
  readonly vmm: Vmm
  readonly crypto: Crypto
  /** For the manifests; made if it is not there. */
  readonly folder: string
  /** Images that are here; the fake VMM has none. */
  readonly images: ImageStore | null
}

/** Where the content of an arriving machine can begin. */
export interface ContentBase {
  readonly kind: 'cached' | 'image'
  readonly manifest: ContentManifest
}

/** Which manifest speaks of the files in a machine's place, as long as these have that stamp. */
interface Binding {
  readonly root: Hash
  readonly stamp: string
}

/** What is known, by hashes, of the contents that lie on this host. */
export class Contents {
  readonly #options: ContentsOptions
  readonly #images: ImageManifests | undefined

  constructor(options: ContentsOptions) {
    this.#options = options
    const { crypto, images, folder } = options
    if (images !== null) this.#images = new ImageManifests(crypto, images, join(folder, 'images'))
  }

  /** The content root of a machine that is down or suspended; its manifest is durable then. */
  async seal(machine: Uuid): Promise<Hash> {
    const bound = await this.#bound(machine)
    return bound ?? (await this.#hash(machine))
  }

  /** Of the present content of a machine at rest. */
  async manifest(machine: Uuid): Promise<ContentManifest> {
    const root = await this.seal(machine)
    return await openManifest(this.#options.crypto, this.#path(machine, root))
  }

  /** Of the content with that root, here or not, if its manifest is still kept. */
  async known(machine: Uuid, root: Hash): Promise<ContentManifest | undefined> {
    try {
      return await openManifest(this.#options.crypto, this.#path(machine, root))
    } catch {
      return undefined
    }
  }

  /** Of the copy that lies in the machine's place, if it is known without reading it. */
  async #cached(machine: Uuid): Promise<ContentManifest | undefined> {
    const status = await this.#options.vmm.status(machine)
    if (status !== 'down' && status !== 'suspended') return undefined
    const root = await this.#bound(machine)
    return root === undefined ? undefined : await this.known(machine, root)
  }

  /**
   * What an arriving content can begin as: the older copy here, or the image. Nothing is read for it but an image that
   * is used for the first time. Close its manifest.
   */
  async base(machine: Uuid, configuration: Configuration): Promise<ContentBase | undefined> {
    const cached = await this.#cached(machine)
    if (cached !== undefined) return { kind: 'cached', manifest: cached }
    const { image } = configuration
    const manifest = image === null ? undefined : await this.#images?.open(image)
    return manifest && { kind: 'image', manifest }
  }

  /** For a content on its way here. */
  async arriving(machine: Uuid, root: Hash, shapes: readonly PartShape[]): Promise<Arriving> {
    const path = await this.#place(machine, root)
    const writer = await ManifestWriter.create(this.#options.crypto, path, shapes)
    return {
      page: (part, page, leaves) => writer.page(part, page, leaves),
      finish: async () => {
        await writer.finish(root)
      },
      discard: () => writer.discard()
    }
  }

  /** The content with this root has just been put in the machine's place. */
  async adopt(machine: Uuid, root: Hash): Promise<void> {
    await this.#bind(machine, root)
    await this.#forgetOldest(machine)
  }

  /** The machine and its copies are gone from this host. */
  async forget(machine: Uuid): Promise<void> {
    await rm(this.#folder(machine), { recursive: true, force: true })
  }

  async #hash(machine: Uuid): Promise<Hash> {
    const { vmm, crypto } = this.#options
    const content = await vmm.content(machine)
    try {
      const path = await this.#place(machine, 'new')
      const writer = await ManifestWriter.create(crypto, path, content.parts)
      try {
        await hashContent(content, crypto, writer)
        const root = await writer.finish()
        await rename(path, this.#path(machine, root))
        await this.#bind(machine, root)
        await this.#forgetOldest(machine)
        return root
      } catch (error) {
        await writer.discard()
        throw error
      }
    } finally {
      await content.close()
    }
  }

  /** The root of the manifest that is bound to the files as they are now. */
  async #bound(machine: Uuid): Promise<Hash | undefined> {
    const binding = await this.#readBinding(machine)
    if (binding === undefined) return undefined
    const stamp = await this.#options.vmm.stamp(machine)
    const isThere = await stat(this.#path(machine, binding.root)).catch(() => undefined)
    return stamp === binding.stamp && isThere !== undefined ? binding.root : undefined
  }

  async #bind(machine: Uuid, root: Hash): Promise<void> {
    const binding: Binding = { root, stamp: await this.#options.vmm.stamp(machine) }
    const path = join(this.#folder(machine), 'bound.json')
    // Not synced: after a power failure the stamp may not fit, and then the bytes are read again.
    await writeFile(`${path}.tmp`, JSON.stringify(binding), { mode: 0o600 })
    await rename(`${path}.tmp`, path)
  }

  async #readBinding(machine: Uuid): Promise<Binding | undefined> {
    try {
      const path = join(this.#folder(machine), 'bound.json')
      const binding: Binding = JSON.parse(await readFile(path, 'utf8'))
      return binding
    } catch {
      return undefined
    }
  }

  async #forgetOldest(machine: Uuid): Promise<void> {
    const folder = this.#folder(machine)
    const names = (await readdir(folder)).filter(name => name.endsWith(SUFFIX))
    const aged = await Promise.all(
      names.map(async name => ({ name, atMs: (await stat(join(folder, name))).mtimeMs }))
    )
    aged.sort((a, b) => b.atMs - a.atMs)
    for (const { name } of aged.slice(KEPT)) await rm(join(folder, name), { force: true })
  }

  async #place(machine: Uuid, root: string): Promise<string> {
    await mkdir(this.#folder(machine), { recursive: true, mode: 0o700 })
    return this.#path(machine, root)
  }

  #path(machine: Uuid, root: string): string {
    return join(this.#folder(machine), `${root}${SUFFIX}`)
  }

  #folder(machine: Uuid): string {
    return join(this.#options.folder, machine)
  }
}

const SUFFIX = '.manifest'

/** Manifest of a content that is on its way here. */
export interface Arriving {
  readonly page: ManifestWriter['page']
  /** Durable; throws unless it has the root it must have. */
  finish(): Promise<void>
  discard(): Promise<void>
}
