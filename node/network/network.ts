import { bootstrap } from '@libp2p/bootstrap'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { type KadDHT, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Hash, PublicKey } from '../../ledger/index.ts'
import {
  networkPrefix,
  type ProtocolName,
  protocolId,
  STREAM_WINDOW_BYTES
} from '../../protocols/framing/index.ts'
import { loadSodium } from '../crypto/index.ts'
import { addressHost } from './address-host.ts'
import { asListenError } from './listen-error.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { openStream } from './open-stream.ts'
import { keyOfPeer, peerIdOf, privateKeyOf } from './peer-keys.ts'
import { createTopics, type Topics } from './topics.ts'
import { within } from './within.ts'

/** Who is at the other end of a stream: the Ed25519 key that the noise handshake proved. */
export interface Remote {
  readonly peer: string
  readonly key: PublicKey
}

export type StreamServer = (stream: Stream, remote: Remote) => Promise<void>

export interface PeerInfo {
  readonly peer: string
  readonly addresses: string[]
  readonly direction: 'inbound' | 'outbound'
  readonly protocols: string[]
}

export interface Network {
  readonly peer: string
  readonly key: PublicKey
  readonly topics: Topics
  addresses(): string[]
  peers(): Promise<PeerInfo[]>
  isConnected(key: PublicKey): boolean
  /** IP address, or name, at the other end of the connection to a peer; undefined while there is none. */
  addressOf(key: PublicKey): string | undefined
  /** Serves a protocol until the node stops. A server that throws loses its stream, nothing else. */
  serve(name: ProtocolName, server: StreamServer): Promise<void>
  /** Opens a stream to the node with this key; finds it through the DHT when no address is known. */
  open(name: ProtocolName, key: PublicKey, options: OpenOptions): Promise<Stream>
  /** Connected peers that serve a protocol. */
  serving(name: ProtocolName): Promise<PublicKey[]>
  onPeer(listener: (key: PublicKey) => void): () => void
  stop(): Promise<void>
}

export interface OpenOptions {
  readonly addresses?: readonly string[]
  readonly signal: AbortSignal
}

export interface NetworkOptions {
  /** Ed25519 seed and public key of the node, 64 bytes. */
  readonly nodeKeyRaw: Uint8Array
  readonly network: Hash
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  /** Peers that share an IP lose gossip score; a laboratory on loopback must not (stack.md, trap 4). */
  readonly sharedAddresses: boolean
  readonly log: (message: string, fields?: Record<string, string>) => void
}

interface Services extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  dht: KadDHT
  pubsub: GossipSub
}

/** New connections a second from one IP: the default of 5 refuses a laboratory on loopback (trap 6). */
const INBOUND_CONNECTIONS_PER_SECOND = { shared: 1000, real: 5 }
/** The package tries each bootstrap peer once; they are kept by this tag and dialled again by `redial`. */
const BOOTSTRAP_TAG_MS = 2 ** 31 - 1
/** Longest time to find, dial and greet a peer. */
const OPEN_MS = 10_000
/** A bootstrap peer that is down is tried again this often. */
const REDIAL_MS = 3_000
/** Streams of one protocol open at once with one peer: consoles and follows, with room. */
const MAX_INBOUND_STREAMS = 64
/**
 * libp2p pings each connection every 10 s and the DHT when it likes. With the default of one stream the second of two at
 * once fails, and libp2p ends the whole connection because "the ping failed", with all that was under way on it.
 */
const PING_STREAMS = { maxOutboundStreams: 8, maxInboundStreams: 16 }
/** Largest gossip message: an announcement is under 200 bytes, the rest is room for averages. */
const GOSSIP_MESSAGE_MAX_BYTES = 16384

export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const libp2p = await startLibp2p(options)
  const id = (name: ProtocolName): string => protocolId(options.network, name)
  const key = requireKey(libp2p.peerId)
  const redialling = setInterval(() => redial(libp2p, options.bootstrap), REDIAL_MS)

  async function serve(name: ProtocolName, server: StreamServer): Promise<void> {
    await libp2p.handle(
      id(name),
      async (stream, connection) => {
        const remoteKey = keyOfPeer(connection.remotePeer)
        if (remoteKey === undefined) {
          stream.abort(new Error('only Ed25519 peers are served'))
          return
        }
        const remote = { peer: connection.remotePeer.toString(), key: remoteKey }
        try {
          await server(stream, remote)
        } catch (error) {
          options.log(`${name} stream ended: ${messageOf(error)}`, { peer: remote.peer })
          stream.abort(error instanceof Error ? error : new Error(String(error)))
        }
      },
      { maxInboundStreams: MAX_INBOUND_STREAMS, maxOutboundStreams: MAX_INBOUND_STREAMS }
    )
  }

  async function open(name: ProtocolName, to: PublicKey, how: OpenOptions): Promise<Stream> {
    // With a signal of ours libp2p sets no limit of its own, and a dying connection would hold us for ever.
    return within(OPEN_MS, how.signal, signal =>
      openStream(libp2p, {
        peer: peerIdOf(to),
        protocol: id(name),
        addresses: how.addresses ?? [],
        signal
      })
    )
  }

  async function peers(): Promise<PeerInfo[]> {
    // Two nodes that dial each other at the same moment have two connections, and are still one peer.
    const first = new Map(libp2p.getConnections().map(each => [each.remotePeer.toString(), each]))
    return Promise.all(
      [...first.values()].map(async connection => ({
        peer: connection.remotePeer.toString(),
        addresses: [connection.remoteAddr.toString()],
        direction: connection.direction,
        protocols: await protocolsOf(libp2p, connection.remotePeer)
      }))
    )
  }

  return {
    peer: libp2p.peerId.toString(),
    key,
    topics: createTopics(libp2p.services.pubsub),
    addresses: () => libp2p.getMultiaddrs().map(address => address.toString()),
    peers,
    isConnected: to => libp2p.getConnections(peerIdOf(to)).length > 0,
    addressOf: to => addressHost(libp2p.getConnections(peerIdOf(to))[0]?.remoteAddr),
    serve,
    open,
    async serving(name) {
      const found = await peers()
      const wanted = id(name)
      return found.flatMap(peer => {
        const peerKey = peer.protocols.includes(wanted) ? keyOfPeer(peer.peer) : undefined
        return peerKey === undefined ? [] : [peerKey]
      })
    },
    onPeer(listener) {
      const heard = (event: CustomEvent<{ peerId: PeerId }>): void => {
        const peerKey = keyOfPeer(event.detail.peerId)
        if (peerKey !== undefined) listener(peerKey)
      }
      libp2p.addEventListener('peer:identify', heard)
      return () => libp2p.removeEventListener('peer:identify', heard)
    },
    stop: async () => {
      clearInterval(redialling)
      await libp2p.stop()
    }
  }
}

async function startLibp2p(options: NetworkOptions): Promise<Libp2p<Services>> {
  const rate = options.sharedAddresses
    ? INBOUND_CONNECTIONS_PER_SECOND.shared
    : INBOUND_CONNECTIONS_PER_SECOND.real
  const starting = createLibp2p<Services>({
    privateKey: privateKeyOf(options.nodeKeyRaw),
    addresses: { listen: [...options.listen] },
    transports: [tcp()],
    connectionEncrypters: [noise({ crypto: noiseCrypto(loadSodium()) })],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES } })],
    connectionManager: { inboundConnectionThreshold: rate, maxIncomingPendingConnections: 100 },
    peerDiscovery:
      options.bootstrap.length > 0
        ? [bootstrap({ list: [...options.bootstrap], timeout: 0, tagTTL: BOOTSTRAP_TAG_MS })]
        : [],
    services: {
      identify: identify(),
      ping: ping(PING_STREAMS),
      // A private network needs server mode, addresses passed through and its own protocol id (trap 5).
      dht: kadDHT({
        protocol: `${networkPrefix(options.network)}/kad/1.0.0`,
        clientMode: false,
        peerInfoMapper: passthroughMapper
      }),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        globalSignaturePolicy: 'StrictSign',
        maxInboundDataLength: GOSSIP_MESSAGE_MAX_BYTES * 8,
        ...(options.sharedAddresses ? { scoreParams: { IPColocationFactorWeight: 0 } } : {})
      })
    }
  })
  return starting.catch((error: unknown) => {
    throw asListenError(error, options.listen)
  })
}

/** What identify has told so far; nothing for a peer that has just come. */
async function protocolsOf(libp2p: Libp2p<Services>, peer: PeerId): Promise<string[]> {
  try {
    return (await libp2p.peerStore.get(peer)).protocols
  } catch {
    return []
  }
}

/** Without a bootstrap peer a node that lost its connections would never find its way back. */
function redial(libp2p: Libp2p<Services>, list: readonly string[]): void {
  for (const text of list) {
    const address = multiaddr(text)
    const peer = address.getComponents().findLast(part => part.name === 'p2p')?.value
    if (peer === undefined || libp2p.getConnections(peerIdFromString(peer)).length > 0) continue
    libp2p.dial(address, { signal: AbortSignal.timeout(REDIAL_MS) }).catch(() => undefined)
  }
}

function requireKey(peer: PeerId): PublicKey {
  const key = keyOfPeer(peer)
  if (key === undefined) throw new Error('a node key must be Ed25519')
  return key
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
