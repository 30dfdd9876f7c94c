/** A key as a row of bits: from the first byte's highest on, zeros without end behind its last byte. */

/** Keys are ASCII: one character is one byte. */
function byteOf(key: string, at: number): number {
  return at < key.length ? key.charCodeAt(at) : 0
}

export function bitOf(key: string, bit: number): boolean {
  return ((byteOf(key, bit >> 3) >> (7 - (bit & 7))) & 1) === 1
}

/** The first bit in which two keys differ; undefined if they are equal. */
export function firstDifference(a: string, b: string): number | undefined {
  const length = Math.max(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = byteOf(a, at) ^ byteOf(b, at)
    if (difference !== 0) return at * 8 + Math.clz32(difference) - 24
  }
  return undefined
}
