/**
 * The content root of a machine: what the ledger holds of its bytes (design: Content roots).
 *
 *   leaf  = sha256(0x00 || block)                 block of 16 KiB, a part's last one may be short
 *   node  = sha256(0x01 || left || right)         tree of RFC 9162, section 2.1.1; of no blocks: sha256()
 *   root  = sha256("virtuoso/content/1\n" || cbor([[name, format, sizeBytes, part root], ...]))
 *
 * Parts are in the order config, disk, memory.
 */
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import { type Crypto, encodeCanonical, type Hash, toHex } from '../../ledger/index.ts'
import { BLOCK_BYTES, blockLength, blocksOf, type PartShape } from './parts.ts'

const DOMAIN = fromString('virtuoso/content/1\n')
const LEAF = 0
const NODE = Uint8Array.of(1)

export interface PartRoot {
  readonly part: PartShape
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** Takes the blocks of one part in order and keeps one hash per level: O(log n) memory. */
export interface PartHasher {
  /** The next block. Throws RangeError for one too many or of the wrong length. */
  add(block: Uint8Array): void
  /** The next `count` blocks, all zero: hashed from known hashes, without their bytes. */
  addZeros(count: number): void
  /** Throws RangeError while blocks are missing. */
  root(): Uint8Array
}

export function contentRoot(crypto: Crypto, parts: readonly PartRoot[]): Hash {
  const listed = parts.map(({ part, root }) => [part.name, part.format, part.sizeBytes, root])
  return toHex(crypto.sha256(concat([DOMAIN, encodeCanonical(listed)])))
}

/** Blocks are put together with their mark here: allocating 16 KiB for each took a fifth of the time of a move. */
const marked = new Uint8Array(1 + BLOCK_BYTES)

export function leafHash(crypto: Crypto, block: Uint8Array): Uint8Array {
  if (block.byteLength > BLOCK_BYTES) throw new RangeError('a block has at most 16 KiB')
  marked[0] = LEAF
  marked.set(block, 1)
  return crypto.sha256(marked.subarray(0, 1 + block.byteLength))
}

export function partHasher(crypto: Crypto, part: PartShape): PartHasher {
  return new TreeHasher(crypto, part)
}

interface Subtree {
  readonly level: number
  readonly hash: Uint8Array
}

class TreeHasher implements PartHasher {
  #crypto: Crypto
  #part: PartShape
  #blocks: number
  #added = 0
  /** Complete subtrees, the largest first: the binary digits of how many blocks there were. */
  #stack: Subtree[] = []
  /** Hash of a whole subtree of zero blocks, by level. Told apart by identity. */
  #zeros: Uint8Array[] = []

  constructor(crypto: Crypto, part: PartShape) {
    this.#crypto = crypto
    this.#part = part
    this.#blocks = blocksOf(part)
  }

  add(block: Uint8Array): void {
    this.#expect(1)
    const expected = blockLength(this.#part, this.#added)
    if (block.byteLength !== expected) {
      throw new RangeError(
        `block ${this.#added} of ${this.#part.name} has ${block.byteLength} bytes, expected ${expected}`
      )
    }
    this.#push(leafHash(this.#crypto, block))
  }

  addZeros(count: number): void {
    this.#expect(count)
    for (let i = 0; i < count; i++) {
      const length = blockLength(this.#part, this.#added)
      const whole = length === BLOCK_BYTES
      this.#push(whole ? this.#zero(0) : leafHash(this.#crypto, new Uint8Array(length)))
    }
  }

  root(): Uint8Array {
    if (this.#added !== this.#blocks) {
      throw new RangeError(
        `${this.#added} of ${this.#blocks} blocks of ${this.#part.name} are there`
      )
    }
    const last = this.#stack.at(-1)
    if (last === undefined) return this.#crypto.sha256(new Uint8Array())
    let { hash } = last
    for (let at = this.#stack.length - 2; at >= 0; at--) {
      hash = this.#join(this.#stack[at]?.hash ?? hash, hash)
    }
    return hash
  }

  #expect(more: number): void {
    if (this.#added + more <= this.#blocks) return
    throw new RangeError(`more than the ${this.#blocks} blocks of ${this.#part.name}`)
  }

  #push(leaf: Uint8Array): void {
    this.#added += 1
    let subtree: Subtree = { level: 0, hash: leaf }
    for (let top = this.#stack.at(-1); top?.level === subtree.level; top = this.#stack.at(-1)) {
      this.#stack.pop()
      subtree = { level: subtree.level + 1, hash: this.#merge(top, subtree) }
    }
    this.#stack.push(subtree)
  }

  /** Most of a disk is empty: two known zero subtrees make a known one. */
  #merge(left: Subtree, right: Subtree): Uint8Array {
    const zero = this.#zeros[left.level]
    const bothZero = left.hash === zero && right.hash === zero
    return bothZero ? this.#zero(left.level + 1) : this.#join(left.hash, right.hash)
  }

  #zero(level: number): Uint8Array {
    const known = this.#zeros[level]
    if (known !== undefined) return known
    const made =
      level === 0
        ? leafHash(this.#crypto, new Uint8Array(BLOCK_BYTES))
        : this.#join(this.#zero(level - 1), this.#zero(level - 1))
    this.#zeros[level] = made
    return made
  }

  #join(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.#crypto.sha256(concat([NODE, left, right]))
  }
}
