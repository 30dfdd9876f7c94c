/**
 * The cryptography that is handed to the pure core. `ledger/` never picks an implementation: a network pins
 * one verifier, because two libraries may disagree on the edges of Ed25519.
 */
export interface Crypto {
  /** SHA-256 of `bytes`; 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /** The same as a text of 32 characters, one for each byte: where many are kept it takes a quarter of the memory. */
  sha256Text(bytes: Uint8Array): string
  /**
   * Ed25519 over `message`. The core has already refused non-canonical S and small-order keys
   * (see `acceptableSignature`), so implementations that differ only there give the same answer.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

/** A private key that can be asked to sign and cannot be read. */
export interface Signer {
  /** Lower-case hex, 64 digits. */
  readonly publicKey: string
  /** Ed25519 signature of `message`; 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}
