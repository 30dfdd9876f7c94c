import type { Crypto, Signer } from '../crypto/index.ts'
import { encodeCanonical, fromHex, toHex } from '../encoding/index.ts'
import type { Hash, PublicKey, Signature } from '../records/index.ts'
import { acceptableSignature, DOMAINS, signedBytes } from '../statements/index.ts'
import { WitnessError } from './faults.ts'

/** A whole ledger up to a height in four words: who knows them knows whether a ledger is still the same up to there. */
export interface Checkpoint {
  readonly network: Hash
  readonly height: number
  /** Hash of the header at that height. */
  readonly block: Hash
  /** Root over the hashes of all headers up to it, itself included. */
  readonly root: Hash
}

/** A witness has seen it, and nothing before or after that contradicts it. */
export interface Cosignature {
  readonly witness: PublicKey
  /** By the witness's clock. */
  readonly timeMs: number
  readonly signature: Signature
}

export interface CosignedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Each witness once. */
  readonly cosignatures: readonly Cosignature[]
}

export function signCheckpoint(checkpoint: Checkpoint, timeMs: number, key: Signer): Cosignature {
  const signature = toHex(key.sign(bytesOf(checkpoint, timeMs)))
  return { witness: key.publicKey, timeMs, signature }
}

export function verifyCosignature(
  checkpoint: Checkpoint,
  { witness, timeMs, signature }: Cosignature,
  crypto: Crypto
): boolean {
  const [key, bytes] = [fromHex(witness), fromHex(signature)]
  if (!acceptableSignature(key, bytes)) return false
  return crypto.verify(key, bytesOf(checkpoint, timeMs), bytes)
}

/** `cosigned` with one more cosignature, in the place of an older one of the same witness. */
export function withCosignature(
  { checkpoint, cosignatures }: CosignedCheckpoint,
  added: Cosignature
): CosignedCheckpoint {
  const others = cosignatures.filter(({ witness }) => witness !== added.witness)
  return { checkpoint, cosignatures: [...others, added] }
}

/**
 * Throws `WitnessError` unless every cosignature is its witness's, and `needed` of the `wanted` witnesses, all unless told,
 * are among them.
 */
export function checkCosignatures(
  { checkpoint, cosignatures }: CosignedCheckpoint,
  wanted: ReadonlySet<PublicKey>,
  crypto: Crypto,
  needed: number = wanted.size
): void {
  for (const cosignature of cosignatures) {
    if (verifyCosignature(checkpoint, cosignature, crypto)) continue
    const message = `the cosignature in the name of ${cosignature.witness} is not its own`
    throw new WitnessError('COSIGNATURE_FORGED', message)
  }
  const found = cosignatures.filter(({ witness }) => wanted.has(witness)).length
  if (found >= needed) return
  const message = `${found} of the ${wanted.size} witnesses that were named cosigned it, ${needed} are needed`
  throw new WitnessError('WITNESS_MISSING', message)
}

function bytesOf({ network, height, block, root }: Checkpoint, timeMs: number): Uint8Array {
  const canonical = encodeCanonical([height, fromHex(block), fromHex(root), timeMs])
  return signedBytes(DOMAINS.checkpoint, network, canonical)
}
