/** Claims as one piece of memory, which goes from thread to thread without being copied. */
import type { Claim } from './signature-claims.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const LENGTH_BYTES = 4
const HEAD_BYTES = KEY_BYTES + SIGNATURE_BYTES + LENGTH_BYTES

export function packClaims(claims: readonly Claim[]): Uint8Array<ArrayBuffer> {
  const size = claims.reduce((sum, { message }) => sum + HEAD_BYTES + message.length, 0)
  const packed = new Uint8Array(size)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const { key, message, signature } of claims) {
    packed.set(key, at)
    packed.set(signature, at + KEY_BYTES)
    view.setUint32(at + KEY_BYTES + SIGNATURE_BYTES, message.length)
    packed.set(message, at + HEAD_BYTES)
    at += HEAD_BYTES + message.length
  }
  return packed
}

export function* unpackClaims(packed: Uint8Array): Generator<Claim> {
  const view = new DataView(packed.buffer, packed.byteOffset)
  for (let at = 0; at < packed.length; ) {
    const key = packed.subarray(at, at + KEY_BYTES)
    const signature = packed.subarray(at + KEY_BYTES, at + KEY_BYTES + SIGNATURE_BYTES)
    const length = view.getUint32(at + KEY_BYTES + SIGNATURE_BYTES)
    at += HEAD_BYTES
    yield { key, signature, message: packed.subarray(at, at + length) }
    at += length
  }
}
