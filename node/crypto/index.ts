export { createSigner, publicKeyOf } from './ed25519.ts'
export { ED25519_KEY_BYTES } from './formats.ts'
export { nodeCrypto, VERIFIER } from './node-crypto.ts'
