/**
 * The bytes of a state proof: what is shown of the tree, in pre-order. Each node begins with two bytes, of which
 * the highest two bits say what it is (`SPEC.md`):
 *
 *   00  a leaf: 1 bit whether its value is shown, 13 bits length of the key; key; then value length (2) and value,
 *       or the hash of the value (32)
 *   01  an inner node, 14 bits index of its bit; both children follow
 *   10  the same, but of the left child only its hash (32) is there; the right one follows
 *   11  the same, but of the right child only its hash (32) is there; the left one follows
 */
import { concat } from 'uint8arrays/concat'
import { HASH_BYTES, putText, textOf } from '../tree/index.ts'

/** Longest key of the state: a charge's has 98 characters, an account's name 64 at most behind its table's. */
export const KEY_BYTES_MAX = 255
/** Bits are counted in the longest key. */
const BIT_MAX = 8 * KEY_BYTES_MAX

const SHOWN_VALUE = 0x2000
const KINDS = ['leaf', 'both', 'right', 'left'] as const

/** What of an inner node's children is shown. */
export type Sides = Exclude<(typeof KINDS)[number], 'leaf'>

export type Token =
  | { readonly kind: 'entry'; readonly key: string; readonly value: Uint8Array }
  /** A leaf nobody asked for: its key tells where the subtrees beside it lie. */
  | { readonly kind: 'witness'; readonly key: string; readonly valueHash: string }
  | {
      readonly kind: 'inner'
      readonly bit: number
      readonly sides: Sides
      /** Of the child that is not shown; empty where both are. */
      readonly hidden: string
    }

/** Thrown on bytes that no prover writes; what reads them turns it into a fault. */
export class MalformedProof extends Error {
  override readonly name: string = 'MalformedProof'
}

export class TokenWriter {
  readonly #pieces: Uint8Array[] = []
  #length = 0

  /** Bytes so far. */
  get length(): number {
    return this.#length
  }

  write(token: Token): void {
    if (token.kind === 'inner') {
      this.#head((KINDS.indexOf(token.sides) << 14) | token.bit)
      this.#text(token.hidden)
      return
    }
    if (token.kind === 'witness') {
      this.#head(token.key.length)
      this.#text(token.key + token.valueHash)
      return
    }
    this.#head(SHOWN_VALUE | token.key.length)
    this.#text(token.key)
    this.#head(token.value.length)
    this.#add(token.value)
  }

  bytes(): Uint8Array {
    return concat(this.#pieces)
  }

  #head(number: number): void {
    if (number > 0xffff) throw new Error(`${number} does not fit in two bytes of a proof`)
    this.#add(Uint8Array.of(number >> 8, number & 0xff))
  }

  #text(text: string): void {
    const bytes = new Uint8Array(text.length)
    putText(text, bytes, 0)
    this.#add(bytes)
  }

  #add(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }
}

export class TokenReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  read(): Token {
    const head = this.#number()
    const sides = KINDS[head >> 14]
    if (sides === undefined || sides === 'leaf') return this.#leaf(head)
    const bit = head & 0x3fff
    if (bit >= BIT_MAX) throw new MalformedProof(`bit ${bit} of a key, ${BIT_MAX - 1} is the last`)
    const hidden = sides === 'both' ? '' : textOf(this.#take(HASH_BYTES))
    return { kind: 'inner', bit, sides, hidden }
  }

  #leaf(head: number): Token {
    const length = head & 0x1fff
    if (length === 0 || length > KEY_BYTES_MAX) {
      throw new MalformedProof(`a key of ${length} bytes, expected 1 to ${KEY_BYTES_MAX}`)
    }
    const bytes = this.#take(length)
    if (bytes.some(byte => byte > 0x7f)) throw new MalformedProof('a key that is not ASCII')
    const key = textOf(bytes)
    if ((head & SHOWN_VALUE) === 0) {
      return { kind: 'witness', key, valueHash: textOf(this.#take(HASH_BYTES)) }
    }
    return { kind: 'entry', key, value: this.#take(this.#number()) }
  }

  #number(): number {
    const [high = 0, low = 0] = this.#take(2)
    return high * 256 + low
  }

  /** A view, not a copy. */
  #take(size: number): Uint8Array {
    const end = this.#at + size
    if (end > this.#bytes.length) {
      const message = `${this.#bytes.length} bytes, ${end} are needed at least`
      throw new MalformedProof(`cut short: ${message}`)
    }
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
