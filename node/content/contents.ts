import { join } from 'node:path'
import type { Configuration, Crypto, Hash, Uuid } from '../../ledger/index.ts'
import type {
  BlockRange,
  ContentManifest,
  PartManifest,
  PartName,
  PartShape
} from '../../protocols/blocks/index.ts'
import { type ImageStore, type Vmm, VmmError } from '../vmm/index.ts'
import { ImageManifests } from './image-manifests.ts'
import type { ManifestWriter, StoredPart } from './manifest-file.ts'
import { ManifestFolder } from './manifest-folder.ts'
import { OneByOne } from './one-by-one.ts'
import { sealContent } from './sealing.ts'

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

/**
 * What is known, by hashes, of the contents that lie on this host.
 *
 *     unknown --seal: everything read----------> bound --guest runs--> recorded --seal: changes read--> bound
 *        ^------ killed VMM, damaged manifest ------------------------'
 *
 * `bound`: the manifest speaks of the files as their stamp is. `recorded`: the disk keeps which blocks were written
 * since. The manifest is durable before a new record begins, so that a crash between any two steps only leads to
 * reading more.
 */
export class Contents {
  readonly #options: ContentsOptions
  readonly #images: ImageManifests | undefined
  readonly #turns = new OneByOne<Uuid>()

  constructor(options: ContentsOptions) {
    this.#options = options
    const { crypto, images, folder } = options
    if (images !== null) this.#images = new ImageManifests(crypto, images, join(folder, 'images'))
  }

  /** The content root of a machine that is down or suspended; its manifest is durable then. */
  async seal(machine: Uuid): Promise<Hash> {
    return await this.#turns.take(machine, async () => {
      return (await this.#bound(machine)) ?? (await this.#seal(machine))
    })
  }

  /** Of the present content of a machine at rest. */
  async manifest(machine: Uuid): Promise<ContentManifest> {
    const root = await this.seal(machine)
    return await this.#manifests(machine).open(root)
  }

  /** Of the content with that root, here or not, if its manifest is still kept. */
  async known(machine: Uuid, root: Hash): Promise<ContentManifest | undefined> {
    return await this.#manifests(machine)
      .open(root)
      .catch(() => undefined)
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
    const writer = await this.#manifests(machine).writer(shapes, root)
    return {
      page: (part, page, leaves, pageRoot) => writer.page(part, page, leaves, pageRoot),
      reuse: async (part, { first, count }, from) => {
        if (from === undefined) writer.zeros(part, first, count)
        else if (isStored(from)) await writer.copy(part, first, count, from)
        else throw new TypeError('only what a manifest file holds can be taken over')
      },
      finish: async () => {
        await writer.finish(root)
      },
      discard: () => writer.discard()
    }
  }

  /** The content with this root has just been put in the machine's place. */
  async adopt(machine: Uuid, root: Hash): Promise<void> {
    await this.#turns.take(machine, async () => {
      await this.#record(machine, root, await this.#options.vmm.stamp(machine))
    })
  }

  /** The machine and its copies are gone from this host. */
  async forget(machine: Uuid): Promise<void> {
    await this.#turns.take(machine, async () => await this.#manifests(machine).removeAll())
  }

  /** What lies in the machine's place is not what its manifest says: nothing is built on that any more. */
  async disown(machine: Uuid, root: Hash): Promise<void> {
    await this.#turns.take(machine, async () => await this.#manifests(machine).remove(root))
  }

  async #seal(machine: Uuid): Promise<Hash> {
    const { vmm, crypto } = this.#options
    const content = await vmm.content(machine)
    let root: Hash
    let stamp: string
    try {
      // Taken while the content is open, when nobody can write to it.
      stamp = await vmm.stamp(machine)
      root = await sealContent(content, this.#manifests(machine), crypto)
    } finally {
      await content.close()
    }
    await this.#record(machine, root, stamp)
    return root
  }

  /** From here on changes are recorded since this root, and the files as they are are bound to it. */
  async #record(machine: Uuid, root: Hash, stamp: string): Promise<void> {
    try {
      const now = await this.#options.vmm.sealed(machine, { mark: root, stamp })
      await this.#manifests(machine).bind({ root, stamp: now })
    } catch (error) {
      // It was started meanwhile, is being read or is gone: the root stands, and the next seal reads more.
      if (!(error instanceof VmmError)) throw error
    }
  }

  /** Of the copy that lies in the machine's place, if it is known without reading it. */
  async #cached(machine: Uuid): Promise<ContentManifest | undefined> {
    const root = await this.boundRoot(machine)
    return root === undefined ? undefined : await this.known(machine, root)
  }

  /** The root of what lies in the machine's place, if that is known without reading it. */
  async boundRoot(machine: Uuid): Promise<Hash | undefined> {
    const status = await this.#options.vmm.status(machine)
    return status === 'down' || status === 'suspended' ? await this.#bound(machine) : undefined
  }

  /** The root of the manifest that is bound to the files as they are now. */
  async #bound(machine: Uuid): Promise<Hash | undefined> {
    const manifests = this.#manifests(machine)
    const binding = await manifests.bound()
    if (binding === undefined || !(await manifests.has(binding.root))) return undefined
    const stamp = await this.#options.vmm.stamp(machine)
    return stamp === binding.stamp ? binding.root : undefined
  }

  #manifests(machine: Uuid): ManifestFolder {
    return new ManifestFolder(this.#options.crypto, join(this.#options.folder, machine))
  }
}

/** Manifest of a content that is on its way here. */
export interface Arriving {
  readonly page: ManifestWriter['page']
  /** Whole pages as the manifest of the base has them; without one they are zeros. */
  reuse(part: PartName, pages: BlockRange, from: PartManifest | undefined): Promise<void>
  /** Durable; throws unless it has the root it must have. */
  finish(): Promise<void>
  discard(): Promise<void>
}

function isStored(part: PartManifest): part is StoredPart {
  return 'leafBytes' in part
}
