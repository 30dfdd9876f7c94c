/** RFC 8410: what stands before the 32 raw bytes in the DER of an Ed25519 public key. */
export const PUBLIC_DER_PREFIX: Buffer = Buffer.from('302a300506032b6570032100', 'hex')
export const ED25519_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** Of an Ed25519 signature over `message`; false for whatever is no key or no signature. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
