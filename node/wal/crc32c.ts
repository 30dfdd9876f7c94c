/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), one table look-up a byte; Node 20 has none of its own. */
const POLYNOMIAL = 0x82f63b78

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1
  return rest
})

/** `before` is the checksum of what stands in front of `bytes`; 32 bits, unsigned. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let rest = ~before >>> 0
  for (const byte of bytes) rest = ((TABLE[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8)) >>> 0
  return ~rest >>> 0
}
