/** Every wire protocol of the market; each has a folder of the same name with its SPEC.md. */
export type ProtocolName =
  | 'order'
  | 'vmmp'
  | 'blocks'
  | 'console'
  | 'ledger'
  | 'agreement'
  | 'market'

/**
 * `/virtuoso/<first 8 hex digits of the genesis hash>/<name>/1.0.0`: two networks never talk by accident.
 * The whole hash is in every signed byte; here it only keeps strangers from meeting.
 */
export function protocolId(network: string, name: ProtocolName): string {
  return `${networkPrefix(network)}/${name}/1.0.0`
}

/** `/virtuoso/<network>`: what every protocol id and topic of a network begins with. */
export function networkPrefix(network: string): string {
  return `/virtuoso/${network.slice(0, 8)}`
}
