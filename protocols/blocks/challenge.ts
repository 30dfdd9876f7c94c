/** The origin's question whether the destination really holds the bytes, and both sides' arithmetic on it. */
import { concat } from 'uint8arrays/concat'
import { type Crypto, fromHex, type Hash, toHex } from '../../ledger/index.ts'
import { type BlockPlace, CHALLENGE_BLOCKS, type Challenge } from './messages.ts'
import { blocksOf, type PartShape } from './parts.ts'

/**
 * `CHALLENGE_BLOCKS` places over the whole machine, each block as likely as any other.
 * `random` gives that many bytes; 32 for the nonce and 8 for each place are taken.
 */
export function makeChallenge(
  parts: readonly PartShape[],
  random: (bytes: number) => Uint8Array
): Challenge {
  const nonce = toHex(random(32))
  const total = parts.reduce((sum, part) => sum + blocksOf(part), 0)
  if (total === 0) return { nonce, places: [] }
  const places = Array.from({ length: CHALLENGE_BLOCKS }, () => {
    const bytes = random(8)
    const word = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
    // The modulo's bias is below 2^-36: there are at most 3 x 2^26 blocks.
    return placeOf(parts, Number(word % BigInt(total)))
  })
  return { nonce, places }
}

/** One digest. */
export function answerChallenge(crypto: Crypto, nonce: string, block: Uint8Array): Hash {
  return toHex(crypto.sha256(concat([fromHex(nonce), block])))
}

/** Whether every digest is right; `expected` are those made from the origin's own blocks. */
export function answersMatch(expected: readonly Hash[], given: readonly Hash[]): boolean {
  return expected.length === given.length && expected.every((digest, at) => digest === given[at])
}

function placeOf(parts: readonly PartShape[], block: number): BlockPlace {
  let index = block
  for (const part of parts) {
    const blocks = blocksOf(part)
    if (index < blocks) return { part: part.name, index }
    index -= blocks
  }
  throw new RangeError(`there is no block ${block} in this machine`)
}
