/**
 * The edges of Ed25519 on which libraries disagree (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs",
 * 2020), refused before any library is asked: S not below the group order, points that are not written in
 * their one canonical form, and keys or R points of small order.
 */
import { equals } from 'uint8arrays/equals'
import { fromHex } from '../encoding/index.ts'

/** Order of the base point, 2^252 + 27742317777372353535851937790883648493; little-endian. */
const GROUP_ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
/** The field's prime, 2^255 - 19; little-endian. */
const PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')

/** y of all points of order 1, 2, 4 and 8, without the sign of x; little-endian. */
const SMALL_ORDER: readonly Uint8Array[] = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(fromHex)

/** True if the signature may be shown to a verifier at all. Key of 32 bytes, signature of 64. */
export function acceptableSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  return (
    isBelow(signature.subarray(32), GROUP_ORDER) &&
    acceptablePoint(publicKey) &&
    acceptablePoint(signature.subarray(0, 32))
  )
}

/** True if 32 bytes are a point's one canonical form and the point is not of small order. */
export function acceptablePoint(point: Uint8Array): boolean {
  // A copy, whatever kind of array it is: a Buffer's own slice would be the caller's bytes.
  const y = new Uint8Array(point)
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, PRIME) && !SMALL_ORDER.some(small => equals(small, y))
}

/** Little-endian comparison. */
function isBelow(value: Uint8Array, bound: Uint8Array): boolean {
  for (let at = bound.length - 1; at >= 0; at--) {
    const difference = (value[at] ?? 0) - (bound[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
