/**
 * A manifest on disk. After a head of JSON, padded to `HEAD_BYTES`, come for each part in turn its page roots (32 bytes
 * each) and its leaves (8 KiB for each page, the last not shortened). Leaves of a page of zeros are a hole.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Crypto, fromHex, type Hash, toHex } from '../../ledger/index.ts'
import {
  type ContentManifest,
  HASH_BYTES,
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

/** Opens a finished manifest. Throws what the file system says; a file that is none is an Error. */
export async function openManifest(crypto: Crypto, path: string): Promise<ContentManifest> {
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
): PartManifest {
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

  async page(part: PartName, page: number, leaves: Uint8Array): Promise<void> {
    const layout = this.#layouts.find(({ shape }) => shape.name === part)
    if (layout === undefined) throw new RangeError(`the manifest has no part ${part}`)
    const isZero = leaves === this.#zeros.page || sameHash(leaves, this.#zeros.page)
    const root = isZero ? this.#zeros.pageRoot : treeRoot(this.#crypto, leaves)
    await this.#write(layout.rootsAt + page * HASH_BYTES, root)
    if (!isZero) await this.#write(layout.leavesAt + page * PAGE_BYTES, leaves)
  }

  /** Durable, under its name. Throws unless it has the root it should have; without one any will do. */
  async finish(expected?: Hash): Promise<Hash> {
    const parts = []
    for (const { shape, rootsAt } of this.#layouts) {
      const roots = await readAt(this.#file, rootsAt, pagesOf(shape) * HASH_BYTES)
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
