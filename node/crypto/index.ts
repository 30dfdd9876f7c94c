export { createSigner, ED25519_KEY_BYTES, nodeCrypto, publicKeyOf } from './ed25519.ts'
