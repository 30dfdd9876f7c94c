import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'

const DIALLED: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/** The part of an address that TCP dials: an IP address or a name. */
export function addressHost(address: Multiaddr | string | undefined): string | undefined {
  if (address === undefined) return undefined
  const parts = (typeof address === 'string' ? multiaddr(address) : address).getComponents()
  return parts.find(({ name }) => DIALLED.has(name))?.value
}
