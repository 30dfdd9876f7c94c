/**
 * A manifest on disk. After a head of JSON, padded to `HEAD_BYTES`, come for each part in turn its page roots (32 bytes
 * each) and its leaves (8 KiB for each page, the last not shortened). Leaves of a page of zeros are a hole.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Crypto, fromHex, type Hash, toHex } from '../../ledger/index.ts'
import {
  blocksOf,
  type ContentManifest,
  HASH_BYTES,
  hashAt,
  PAGE_BLOCKS,
  type PartManifest,
  type PartName,
  type PartShape,
  pageBlocks,
  pagesOf,
  rootOfParts,
  sameHash,
  treeRoot,
  ZeroHashes
} from '../../protocols/blocks/index.ts'

const HEAD_BYTES = 4_096
const PAGE_BYTES = PAGE_BLOCKS * HASH_BYTES
/** Leaves are copied 1 MiB at a time. */
const COPY_PAGES = 128
const FORMAT = 'virtuoso-manifest-1'

interface Head {
  readonly format: string
  readonly root: Hash
  readonly parts: readonly (PartShape & { readonly root: Hash })[]
}

interface Layout {
  readonly shape: PartShape
  readonly rootsAt: number
  readonly leavesAt: number
}

function layoutOf(shapes: readonly PartShape[]): readonly Layout[] {
  let at = HEAD_BYTES
  return shapes.map(shape => {
    const rootsAt = at
    const leavesAt = rootsAt + pagesOf(shape) * HASH_BYTES
    at = leavesAt + pagesOf(shape) * PAGE_BYTES
    return { shape, rootsAt, leavesAt }
  })
}

/** A part of which several pages' leaves can be read at once. */
export interface StoredPart extends PartManifest {
  /** As they lie in the file: 8 KiB for each page but the part's last; of a page of zeros, zeros. */
  leafBytes(first: number, count: number): Promise<Uint8Array>
}

export interface StoredManifest extends ContentManifest {
  readonly parts: readonly StoredPart[]
}

/** Opens a finished manifest. Throws what the file system says; a file that is none is an Error. */
export async function openManifest(crypto: Crypto, path: string): Promise<StoredManifest> {
  const file = await open(path, 'r')
  try {
    const head = await readHead(file, path)
    const zeros = new ZeroHashes(crypto)
    const layouts = layoutOf(head.parts.map(shapeOf))
    const parts = layouts.map((layout, at) =>
      storedPart(file, layout, head.parts[at]?.root ?? '', zeros)
    )
    return { root: head.root, parts, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

function storedPart(
  file: FileHandle,
  { shape, rootsAt, leavesAt }: Layout,
  root: Hash,
  zeros: ZeroHashes
): StoredPart {
  const pages = pagesOf(shape)
  const pageRoots = async (first: number, count: number): Promise<Uint8Array> => {
    requirePages(shape, first, count)
    return await readAt(file, rootsAt + first * HASH_BYTES, count * HASH_BYTES)
  }
  return {
    shape,
    root: fromHex(root),
    pages,
    pageRoots,
    leafBytes: async (first, count) => {
      requirePages(shape, first, count)
      const end = Math.min((first + count) * PAGE_BLOCKS, blocksOf(shape))
      const length = (end - first * PAGE_BLOCKS) * HASH_BYTES
      return await readAt(file, leavesAt + first * PAGE_BYTES, length)
    },
    leaves: async page => {
      const count = pageBlocks(shape, page)
      const isZero = count === PAGE_BLOCKS && sameHash(await pageRoots(page, 1), zeros.pageRoot)
      if (isZero) return zeros.page
      requirePages(shape, page, 1)
      return await readAt(file, leavesAt + page * PAGE_BYTES, count * HASH_BYTES)
    }
  }
}

function requirePages(shape: PartShape, first: number, count: number): void {
  const pages = pagesOf(shape)
  const isWithin = first >= 0 && count >= 0 && first + count <= pages
  if (!isWithin) {
    throw new RangeError(`pages ${first} to ${first + count} of ${shape.name}: it has ${pages}`)
  }
}

/** Writes a manifest in pages, in any order; `finish` puts it in its place. */
export class ManifestWriter {
  readonly #crypto: Crypto
  readonly #path: string
  readonly #file: FileHandle
  readonly #layouts: readonly Layout[]
  /** Page roots of each part, 32 bytes each: 512 KiB for a disk of 64 GiB. */
  readonly #roots: readonly Uint8Array[]
  readonly #zeros: ZeroHashes
  #isOpen = true

  private constructor(
    crypto: Crypto,
    path: string,
    file: FileHandle,
    shapes: readonly PartShape[]
  ) {
    this.#crypto = crypto
    this.#path = path
    this.#file = file
    this.#layouts = layoutOf(shapes)
    this.#roots = shapes.map(shape => new Uint8Array(pagesOf(shape) * HASH_BYTES))
    this.#zeros = new ZeroHashes(crypto)
  }

  static async create(
    crypto: Crypto,
    path: string,
    shapes: readonly PartShape[]
  ): Promise<ManifestWriter> {
    const file = await open(`${path}.tmp`, 'w+', 0o600)
    return new ManifestWriter(crypto, path, file, shapes)
  }

  /** Without their root it is made from the leaves. */
  async page(part: PartName, page: number, leaves: Uint8Array, known?: Uint8Array): Promise<void> {
    const { layout, roots } = this.#part(part)
    const isZero = leaves === this.#zeros.page || sameHash(leaves, this.#zeros.page)
    const root = isZero ? this.#zeros.pageRoot : (known ?? treeRoot(this.#crypto, leaves))
    roots.set(root, page * HASH_BYTES)
    if (!isZero) await this.#write(layout.leavesAt + page * PAGE_BYTES, leaves)
  }

  /** Pages of zeros, all of them whole. */
  zeros(part: PartName, first: number, count: number): void {
    const { roots } = this.#part(part)
    for (let page = first; page < first + count; page++)
      roots.set(this.#zeros.pageRoot, page * HASH_BYTES)
  }

  /** Pages as an older manifest has them: nothing is hashed. */
  async copy(part: PartName, first: number, count: number, from: StoredPart): Promise<void> {
    const { layout, roots } = this.#part(part)
    roots.set(await from.pageRoots(first, count), first * HASH_BYTES)
    const isZero = (page: number): boolean => sameHash(hashAt(roots, page), this.#zeros.pageRoot)
    const end = first + count
    for (let page = first; page < end; ) {
      if (isZero(page)) {
        page += 1
        continue
      }
      const begin = page
      while (page < end && page - begin < COPY_PAGES && !isZero(page)) page += 1
      const leaves = await from.leafBytes(begin, page - begin)
      await this.#write(layout.leavesAt + begin * PAGE_BYTES, leaves)
    }
  }

  /** Durable, under its name. Throws unless it has the root it should have; without one any will do. */
  async finish(expected?: Hash): Promise<Hash> {
    const parts = []
    for (const { shape, rootsAt } of this.#layouts) {
      const { roots } = this.#part(shape.name)
      await this.#write(rootsAt, roots)
      parts.push({ shape, root: treeRoot(this.#crypto, roots) })
    }
    const root = rootOfParts(this.#crypto, parts)
    if (expected !== undefined && root !== expected) {
      throw new Error(`the manifest has root ${root}, expected ${expected}`)
    }
    const head: Head = {
      format: FORMAT,
      root,
      parts: parts.map(({ shape, root }) => ({ ...shape, root: toHex(root) }))
    }
    await this.#write(0, Buffer.from(JSON.stringify(head).padEnd(HEAD_BYTES)))
    await this.#file.sync()
    await this.#close()
    await rename(`${this.#path}.tmp`, this.#path)
    await syncFolder(dirname(this.#path))
    return root
  }

  async discard(): Promise<void> {
    await this.#close()
    await rm(`${this.#path}.tmp`, { force: true })
  }

  #part(name: PartName): { readonly layout: Layout; readonly roots: Uint8Array } {
    const at = this.#layouts.findIndex(({ shape }) => shape.name === name)
    const layout = this.#layouts[at]
    const roots = this.#roots[at]
    if (layout !== undefined && roots !== undefined) return { layout, roots }
    throw new RangeError(`the manifest has no part ${name}`)
  }

  async #write(at: number, bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.byteLength, at)
  }

  async #close(): Promise<void> {
    if (this.#isOpen) await this.#file.close()
    this.#isOpen = false
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function shapeOf({ name, format, sizeBytes }: PartShape): PartShape {
  return { name, format, sizeBytes }
}

async function readHead(file: FileHandle, path: string): Promise<Head> {
  const text = Buffer.from(await readAt(file, 0, HEAD_BYTES)).toString('utf8')
  const head: Head = JSON.parse(text)
  if (head.format === FORMAT) return head
  throw new Error(`${path} is no manifest of format ${FORMAT}`)
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done)
    if (bytesRead === 0) throw new Error(`a manifest ends ${length - done} bytes too early`)
    done += bytesRead
  }
  return bytes
}
