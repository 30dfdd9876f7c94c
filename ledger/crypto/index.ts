export type { Crypto, Signer } from './crypto.ts'
