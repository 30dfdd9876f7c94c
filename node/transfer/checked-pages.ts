import { type Crypto, fromHex, type Hash } from '../../ledger/index.ts'
import {
  type BlocksSource,
  countOf,
  HASH_BYTES,
  type Outline,
  PAGE_ROOTS_MAX,
  type PartShape,
  pagesOf,
  rootOfParts,
  sameHash,
  treeRoot
} from '../../protocols/blocks/index.ts'

/** What came is not what the ledger says was sealed. */
export class ContentMismatch extends Error {
  override readonly name: string = 'ContentMismatch'
}

/** A part whose root is known to be a part of the content's root on the ledger. */
export interface CheckedPart {
  readonly shape: PartShape
  readonly root: Uint8Array
}

/** The parts an origin claims. Throws `ContentMismatch` unless they have the ledger's root. */
function checkOutline(crypto: Crypto, outline: Outline, root: Hash): readonly CheckedPart[] {
  const { parts, partRoots } = outline
  const checked = parts.map((shape, at) => ({ shape, root: fromHex(partRoots[at] ?? '') }))
  const found = partRoots.length === parts.length ? rootOfParts(crypto, checked) : 'none'
  if (found === root) return checked
  throw new ContentMismatch(
    `the origin's manifest has root ${found}, the ledger says ${root}: nothing of it is taken`
  )
}

/** The page roots of a content on its way here; the origin is asked for those of a part once. */
export class PageRoots {
  readonly #crypto: Crypto
  readonly #known = new Map<PartShape['name'], Uint8Array>()
  readonly parts: readonly CheckedPart[]

  /** Throws `ContentMismatch` unless what the origin claims has the ledger's root. */
  constructor(crypto: Crypto, outline: Outline, root: Hash) {
    this.#crypto = crypto
    this.parts = checkOutline(crypto, outline, root)
  }

  /**
   * Roots of all pages of a part, 32 bytes each (8 KiB for each GiB of content). Throws `ContentMismatch` unless they
   * make the part's root.
   */
  async of(source: BlocksSource, part: CheckedPart): Promise<Uint8Array> {
    const known = this.#known.get(part.shape.name)
    if (known !== undefined) return known
    const pages = pagesOf(part.shape)
    const roots = new Uint8Array(pages * HASH_BYTES)
    for (let first = 0; first < pages; first += PAGE_ROOTS_MAX) {
      const count = Math.min(PAGE_ROOTS_MAX, pages - first)
      roots.set(await source.pageRoots(part.shape, first, count), first * HASH_BYTES)
    }
    requireRoot(this.#crypto, roots, part.root, `the page roots of ${part.shape.name}`)
    this.#known.set(part.shape.name, roots)
    return roots
  }
}

/** Throws `ContentMismatch` unless these hashes have that root. */
export function requireRoot(
  crypto: Crypto,
  hashes: Uint8Array,
  root: Uint8Array,
  what: string
): void {
  if (sameHash(treeRoot(crypto, hashes), root)) return
  throw new ContentMismatch(
    `${what} (${countOf(hashes)} hashes) do not have the root they must have`
  )
}
