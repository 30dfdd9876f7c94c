/**
 * Opening a stream to a peer, over a connection that answers.
 *
 *     a present connection -> the next one -> a new one by known addresses -> a new one by the DHT
 *
 * Two nodes that dial each other at the same moment have two connections, of which one may be open on this side only;
 * a peer that was killed leaves one that looks open until a ping fails. A stream over such a connection would wait
 * for as long as its caller lets it.
 */
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from 'libp2p'
import { within } from './within.ts'

export interface StreamWanted {
  readonly peer: PeerId
  readonly protocol: string
  /** Where the peer is said to be; may be old. */
  readonly addresses: readonly string[]
  readonly signal: AbortSignal
}

/** What opening needs of libp2p. */
export type Dialler = Pick<Libp2p, 'getConnections' | 'dial' | 'peerRouting'>

/** A connection that is alive agrees on a protocol in one round trip; on a busy machine that takes a second. */
const GREETING_MS = 2_500

/** Gave no answer to an earlier stream. It is left to libp2p's own pings to end it: other streams may be at work. */
const mute = new WeakSet<Connection>()

export async function openStream(libp2p: Dialler, wanted: StreamWanted): Promise<Stream> {
  const { peer, protocol, signal } = wanted
  for (const connection of libp2p.getConnections(peer)) {
    if (connection.status !== 'open' || mute.has(connection)) continue
    let silent = false
    try {
      return await within(GREETING_MS, signal, limit => {
        limit.addEventListener('abort', () => {
          silent = true
        })
        return connection.newStream(protocol, { signal: limit })
      })
    } catch (error) {
      // A peer that is there and does not serve the protocol says the same over any other connection.
      if (signal.aborted || !(silent || connection.status !== 'open')) throw error
      mute.add(connection)
    }
  }
  const fresh = await dial(libp2p, wanted)
  return fresh.newStream(protocol, { signal })
}

async function dial(libp2p: Dialler, { peer, addresses, signal }: StreamWanted) {
  // libp2p would give back a connection that it still holds for good; without one, dials at once become one.
  const how = { signal, force: libp2p.getConnections(peer).some(each => mute.has(each)) }
  if (addresses.length > 0) {
    try {
      // Inside, because the text may be a stranger's and name nothing that can be dialled.
      return await libp2p.dial(
        addresses.map(text => withPeer(text, peer)),
        how
      )
    } catch (error) {
      if (signal.aborted) throw error
      // Addresses in an offer may be old: the DHT may know better ones.
    }
  }
  const found = await libp2p.peerRouting.findPeer(peer, { signal })
  return await libp2p.dial(
    found.multiaddrs.map(address => withPeer(address.toString(), peer)),
    how
  )
}

/** An address that ends in the PeerId we want: whoever answers there must prove that key. */
function withPeer(text: string, peer: PeerId) {
  const bare = text.replace(/\/p2p\/[^/]+$/, '')
  return multiaddr(`${bare}/p2p/${peer.toString()}`)
}
