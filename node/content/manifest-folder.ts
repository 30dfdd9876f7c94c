import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Crypto, Hash } from '../../ledger/index.ts'
import type { PartShape } from '../../protocols/blocks/index.ts'
import { ManifestWriter, openManifest, type StoredManifest } from './manifest-file.ts'

/** Manifests kept of one machine: that of the copy here, and of a few versions others may still hold. */
const KEPT = 4

const SUFFIX = '.manifest'

/** Which manifest speaks of the files in a machine's place, as long as these have that stamp. */
export interface Binding {
  readonly root: Hash
  readonly stamp: string
}

/** The manifests of one machine: a file for each content root, and which of them is that of its files. */
export class ManifestFolder {
  readonly #crypto: Crypto
  readonly #folder: string

  constructor(crypto: Crypto, folder: string) {
    this.#crypto = crypto
    this.#folder = folder
  }

  /** Throws when it is not there or is no manifest. */
  async open(root: Hash): Promise<StoredManifest> {
    const manifest = await openManifest(this.#crypto, this.#path(root))
    if (manifest.root === root) return manifest
    await manifest.close()
    throw new Error(`the manifest of ${root} has root ${manifest.root}`)
  }

  async has(root: Hash): Promise<boolean> {
    const found = await stat(this.#path(root)).catch(() => undefined)
    return found !== undefined
  }

  /** For the manifest with that root, or, without one, for one that `keep` names later. */
  async writer(shapes: readonly PartShape[], root: string = UNNAMED): Promise<ManifestWriter> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    return await ManifestWriter.create(this.#crypto, this.#path(root), shapes)
  }

  /** Names what a writer without a root has finished. */
  async keep(root: Hash): Promise<void> {
    await rename(this.#path(UNNAMED), this.#path(root))
    await syncFolder(this.#folder)
  }

  async bound(): Promise<Binding | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#binding, 'utf8'))
      return isBinding(value) ? value : undefined
    } catch {
      return undefined
    }
  }

  /**
   * Not synced: after a power failure an older binding may be there, whose stamp does not fit. That only costs
   * reading what has changed.
   */
  async bind(binding: Binding): Promise<void> {
    const aside = await open(`${this.#binding}.tmp`, 'w', 0o600)
    try {
      await aside.writeFile(JSON.stringify(binding))
    } finally {
      await aside.close()
    }
    await rename(`${this.#binding}.tmp`, this.#binding)
    await this.#forgetOldest(binding.root)
  }

  async remove(root: Hash): Promise<void> {
    await rm(this.#path(root), { force: true })
  }

  async removeAll(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #forgetOldest(bound: Hash): Promise<void> {
    const names = (await readdir(this.#folder)).filter(name => name.endsWith(SUFFIX))
    const others = names.filter(name => name !== `${bound}${SUFFIX}`)
    const aged = await Promise.all(
      others.map(async name => ({ name, atMs: (await stat(join(this.#folder, name))).mtimeMs }))
    )
    aged.sort((a, b) => b.atMs - a.atMs)
    for (const { name } of aged.slice(KEPT - 1)) await rm(join(this.#folder, name), { force: true })
  }

  get #binding(): string {
    return join(this.#folder, 'bound.json')
  }

  #path(root: string): string {
    return join(this.#folder, `${root}${SUFFIX}`)
  }
}

const UNNAMED = 'new'

function isBinding(value: unknown): value is Binding {
  if (typeof value !== 'object' || value === null) return false
  const { root, stamp } = value as Record<string, unknown>
  return typeof root === 'string' && typeof stamp === 'string'
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
