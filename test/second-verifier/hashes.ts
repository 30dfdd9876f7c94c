/** SHA-256, the tree of RFC 9162, and Ed25519 within the limits that `ledger/SPEC.md` sets it. */
import { createHash, createPublicKey, verify } from 'node:crypto'

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
}

/** Grows leaf by leaf: the roots of its full subtrees are kept, largest first. */
export class Tree {
  readonly #full: Buffer[] = []
  #size = 0

  append(...leaf: readonly Uint8Array[]): void {
    let root = sha256('\x00', ...leaf)
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      root = sha256('\x01', this.#full.pop() ?? '', root)
    }
    this.#full.push(root)
    this.#size += 1
  }

  root(): string {
    const [last = sha256(), ...others] = [...this.#full].reverse()
    return others.reduce((right, left) => sha256('\x01', left, right), last).toString('hex')
  }
}

const PRIME = 2n ** 255n - 19n
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
/** What stands before the 32 bytes of a key in the DER form of RFC 8410. */
const DER = Buffer.from('302a300506032b6570032100', 'hex')

/** Whether the key of 32 bytes made the signature of 64. */
export function isSigned(message: Uint8Array, key: Buffer, signature: Buffer): boolean {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  if (littleEndian(s) >= ORDER || !isPoint(r) || !isPoint(key)) return false
  const spki = createPublicKey({ key: Buffer.concat([DER, key]), format: 'der', type: 'spki' })
  return verify(null, message, spki, signature)
}

/**
 * In its one form, and not of order 1, 2, 4 or 8. On the curve -x^2 + y^2 = 1 + d x^2 y^2 the points of order 1, 2 and 4
 * have y = 1, -1 and 0, those of order 8 have y^2 = -x^2, so d y^4 + 2 y^2 = 1, where d = -121665 / 121666.
 */
function isPoint(point: Buffer): boolean {
  const y = littleEndian(point) % 2n ** 255n
  const square = (y * y) % PRIME
  const isOfOrder8 = (121666n * (2n * square - 1n) - 121665n * square * square) % PRIME === 0n
  return y < PRIME && square > 1n && !isOfOrder8
}

function littleEndian(value: Buffer): bigint {
  return BigInt(`0x${Buffer.from(value).reverse().toString('hex')}`)
}
