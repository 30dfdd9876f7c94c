import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { fromString, toString } from 'uint8arrays'
import type { PublicKey } from '../../ledger/index.ts'

/** The libp2p private key of a node, from its Ed25519 seed and public key (64 bytes). */
export function privateKeyOf(nodeKeyRaw: Uint8Array): PrivateKey {
  return privateKeyFromRaw(nodeKeyRaw)
}

/** The PeerId of an Ed25519 public key: a host's key on the ledger and its node's PeerId are one thing. */
export function peerIdOf(key: PublicKey): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(fromString(key, 'base16')))
}

export function peerTextOf(key: PublicKey): string {
  return peerIdOf(key).toString()
}

/** The Ed25519 key behind a PeerId; undefined for keys of another kind, which cannot be hosts or owners. */
export function keyOfPeer(peer: PeerId | string): PublicKey | undefined {
  const id = typeof peer === 'string' ? peerIdFromString(peer) : peer
  return id.type === 'Ed25519' ? toString(id.publicKey.raw, 'base16') : undefined
}
