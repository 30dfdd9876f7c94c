/** Ids that follow from what they name, so that nobody can take one before its owner does. */
import type { Crypto } from '../crypto/index.ts'
import {
  coordinatorsCodec,
  encodeAs,
  encodeCanonical,
  fromHex,
  genesisCodec,
  toUuid
} from '../encoding/index.ts'
import type { AccountId, Genesis, Hash, Member, PublicKey, Uuid } from '../records/index.ts'
import { hashOf, ID_DOMAINS, type IdDomain, idHash } from './domains.ts'

/** The network's id: what every signature carries, and the parent of block 1. */
export function networkOf(genesis: Genesis, crypto: Crypto): Hash {
  return hashOf(crypto, encodeAs(genesisCodec, genesis))
}

/** First 16 bytes of the hash of the account's first key. */
export function accountIdOf(key: PublicKey, crypto: Crypto): AccountId {
  return hashOf(crypto, fromHex(key)).slice(0, 32)
}

/** `nonce` is that of the transaction that registers the machine. */
export function machineUuidOf(owner: AccountId, nonce: number, crypto: Crypto): Uuid {
  return uuidOf(ID_DOMAINS.machine, owner, nonce, crypto)
}

/** `nonce` is that of the transaction that registers the host. */
export function hostUuidOf(owner: AccountId, nonce: number, crypto: Crypto): Uuid {
  return uuidOf(ID_DOMAINS.host, owner, nonce, crypto)
}

/** `owner` and `nonce` are those of the transaction that opens the move. */
export function migrationIdOf(
  network: Hash,
  opening: {
    readonly machine: Uuid
    readonly version: number
    readonly owner: AccountId
    readonly nonce: number
  },
  crypto: Crypto
): Hash {
  const bytes = encodeCanonical([
    fromHex(network),
    fromHex(opening.machine.replaceAll('-', '')),
    opening.version,
    fromHex(opening.owner),
    opening.nonce
  ])
  return idHash(crypto, ID_DOMAINS.migration, bytes)
}

/** What a header calls its coordinators by: their names and keys, in the order in which they lead. */
export function setHashOf(members: readonly Member[], crypto: Crypto): Hash {
  return idHash(crypto, ID_DOMAINS.coordinators, encodeAs(coordinatorsCodec, members))
}

/** Version 8 (RFC 9562, section 5.8): 122 bits of the hash. */
function uuidOf(domain: IdDomain, owner: AccountId, nonce: number, crypto: Crypto): Uuid {
  const bytes = fromHex(idHash(crypto, domain, encodeCanonical([fromHex(owner), nonce])))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toUuid(bytes.subarray(0, 16))
}
