export { createSigner, publicKeyOf } from './ed25519.ts'
export { ED25519_KEY_BYTES } from './formats.ts'
export { loadSodium, type Sodium } from './load-sodium.ts'
export { nodeCrypto, VERIFIER } from './node-crypto.ts'
