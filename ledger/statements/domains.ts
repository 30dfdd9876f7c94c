/**
 * What is signed: the domain, a line feed, the network id, the canonical bytes. The domain says what kind of
 * statement it is, so that a signature on one kind is never one on another whose bytes happen to be equal;
 * the line feed ends it, so that no domain is the beginning of another; the network id keeps a statement of a
 * test network out of every other.
 */
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import type { Crypto } from '../crypto/index.ts'
import { fromHex, toHex } from '../encoding/index.ts'
import type { Hash } from '../records/index.ts'

export const DOMAINS = {
  offer: 'virtuoso/offer/1',
  order: 'virtuoso/order/1',
  acceptance: 'virtuoso/acceptance/1',
  receipt: 'virtuoso/receipt/1',
  hostProof: 'virtuoso/host-proof/1',
  feesProof: 'virtuoso/fees-proof/1',
  candidateProof: 'virtuoso/candidate-proof/1',
  transaction: 'virtuoso/transaction/1',
  propose: 'virtuoso/propose/1',
  notarize: 'virtuoso/notarize/1',
  finalize: 'virtuoso/finalize/1',
  nullify: 'virtuoso/nullify/1',
  checkpoint: 'virtuoso/checkpoint/1'
} as const

/** Domains of ids: hashed, never signed. */
export const ID_DOMAINS = {
  machine: 'virtuoso/machine-id/1',
  host: 'virtuoso/host-id/1',
  migration: 'virtuoso/migration-id/1',
  coordinators: 'virtuoso/coordinators/1'
} as const

export type Domain = (typeof DOMAINS)[keyof typeof DOMAINS]
export type IdDomain = (typeof ID_DOMAINS)[keyof typeof ID_DOMAINS]

/** The bytes that a key signs. */
export function signedBytes(domain: Domain, network: Hash, canonical: Uint8Array): Uint8Array {
  return concat([prefix(domain), fromHex(network), canonical])
}

export function hashOf(crypto: Crypto, bytes: Uint8Array): Hash {
  return toHex(crypto.sha256(bytes))
}

export function idHash(crypto: Crypto, domain: IdDomain, canonical: Uint8Array): Hash {
  return hashOf(crypto, concat([prefix(domain), canonical]))
}

const PREFIXES: ReadonlyMap<string, Uint8Array> = new Map(
  [...Object.values(DOMAINS), ...Object.values(ID_DOMAINS)].map(domain => [
    domain,
    fromString(`${domain}\n`)
  ])
)

function prefix(domain: Domain | IdDomain): Uint8Array {
  const bytes = PREFIXES.get(domain)
  if (bytes === undefined) throw new Error(`there is no domain '${domain}'`)
  return bytes
}
