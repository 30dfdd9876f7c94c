import {
  type BlocksSource,
  ChangesReader,
  type ContentManifest,
  HASH_BYTES,
  type PartManifest,
  type PartShape,
  pageBlocks
} from '../../protocols/blocks/index.ts'

/** Where the content of an arriving machine begins. */
export interface Base {
  /** `cached`: an older version of the machine. `image`: the disk of the image it was made from. */
  readonly kind: 'cached' | 'image'
  readonly manifest: ContentManifest
}

/** How the leaf hashes of some pages come to the destination; what comes is checked by the caller. */
export type PullLeaves = (
  source: BlocksSource,
  shape: PartShape,
  pages: readonly number[]
) => Promise<readonly Uint8Array[]>

/** One way to move a machine (2004 text, section 7.2.2: methods). */
export interface Method {
  readonly name: string
  /** Whether the destination can take part with what it holds. */
  possibleWith(base: Base | undefined): boolean
  /** The base that the method uses: SCP none, though there may be one. */
  baseOf(base: Base | undefined): Base | undefined
  leavesWith(base: Base | undefined): PullLeaves
}

/** Every block that is not zero. */
const scp: Method = {
  name: 'SCP',
  possibleWith: () => true,
  baseOf: () => undefined,
  leavesWith: () => allLeaves
}

/** Blocks whose hash differs from what the destination holds, compared here. */
const rsync: Method = {
  name: 'RSYNC',
  possibleWith: base => base !== undefined,
  baseOf: base => base,
  leavesWith: () => allLeaves
}

/**
 * What changed since a version that both know: the origin names the changed blocks. If it has no manifest of that
 * version any more, all hashes of the page come instead.
 */
const redolog: Method = {
  name: 'REDOLOG',
  possibleWith: base => base?.kind === 'cached',
  baseOf: base => (base?.kind === 'cached' ? base : undefined),
  leavesWith: base => (base === undefined ? allLeaves : changedLeaves(base.manifest))
}

/** The best first: what a requester prefers when it may choose. */
export const METHODS: readonly Method[] = [redolog, rsync, scp]

export function methodOf(name: string): Method | undefined {
  return METHODS.find(method => method.name === name)
}

async function allLeaves(
  source: BlocksSource,
  shape: PartShape,
  pages: readonly number[]
): Promise<readonly Uint8Array[]> {
  const counts = pages.map(page => pageBlocks(shape, page))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const bytes = await source.leaves(shape, pages, total)
  let at = 0
  return counts.map(count => {
    const begin = at
    at += count * HASH_BYTES
    return bytes.subarray(begin, at)
  })
}

function changedLeaves(base: ContentManifest): PullLeaves {
  return async (source, shape, pages) => {
    const old = base.parts.find(part => part.shape.name === shape.name)
    if (old === undefined) return allLeaves(source, shape, pages)
    const changes = await source.changes(shape, base.root, pages)
    if (changes === undefined) return allLeaves(source, shape, pages)
    const reader = new ChangesReader(changes)
    const leaves = []
    for (const page of pages) {
      leaves.push(reader.page(await leavesIn(old, page), pageBlocks(shape, page)))
    }
    reader.end()
    return leaves
  }
}

/** Leaves of a page; none beyond the end of an older, smaller part. */
export async function leavesIn(part: PartManifest | undefined, page: number): Promise<Uint8Array> {
  if (part === undefined || page >= part.pages) return new Uint8Array()
  return part.leaves(page)
}

/** Page roots of an older part from `first` on; none beyond its end. */
export async function rootsIn(
  part: PartManifest | undefined,
  first: number,
  count: number
): Promise<Uint8Array> {
  const there = part === undefined ? 0 : Math.min(count, part.pages - first)
  return part === undefined || there <= 0 ? new Uint8Array() : part.pageRoots(first, there)
}
