/**
 * TLS 1.2 with a pre-shared key and AES-GCM (RFC 5487), which the processor does in hardware: of what Node offers it is
 * the fastest into a file. The key is random, came over the encrypted stream, and is used once.
 */
import type { SideOffer } from '../../protocols/blocks/index.ts'

export const TLS_WAY: {
  readonly minVersion: 'TLSv1.2'
  readonly maxVersion: 'TLSv1.2'
  readonly ciphers: string
} = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'PSK-AES128-GCM-SHA256'
}

/** A side connection on which nothing happens for so long is ended, as a stream is. */
export const IDLE_MS: number = 60_000

export function keyOf(offer: Pick<SideOffer, 'key'>): Buffer {
  return Buffer.from(offer.key, 'hex')
}
