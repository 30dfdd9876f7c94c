/** Opening a stream over connections of which some are dead; with a libp2p whose connections do as they are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Dialler, openStream } from '../../../node/network/open-stream.ts'

const PEER = peerIdFromString('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp')
const ADDRESS = '/ip4/127.0.0.1/tcp/4001'
const NEVER = new AbortController().signal

type Behaviour = 'answers' | 'mute' | 'refuses' | 'dying'

interface Scene {
  readonly libp2p: Dialler
  readonly streams: string[]
  readonly dials: { readonly addresses: string[]; readonly force: boolean | undefined }[]
}

function connection(name: string, behaviour: Behaviour, streams: string[]): Connection {
  const made = {
    status: 'open',
    newStream: async (_protocol: string, { signal }: { signal: AbortSignal }) => {
      streams.push(name)
      if (behaviour === 'answers') return { id: name }
      if (behaviour === 'refuses') throw new Error('protocol selection failed')
      if (behaviour === 'dying') {
        made.status = 'closed'
        throw new Error('the muxer is closed')
      }
      return await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      )
    }
  }
  return made as unknown as Connection
}

function scene(present: Readonly<Record<string, Behaviour>>): Scene {
  const streams: string[] = []
  const dials: Scene['dials'] = []
  const connections = Object.entries(present).map(([name, how]) => connection(name, how, streams))
  const libp2p = {
    getConnections: () => connections,
    dial: async (to: { toString(): string }[], how: { force?: boolean }) => {
      dials.push({ addresses: to.map(String), force: how.force })
      return connection('fresh', 'answers', streams)
    },
    peerRouting: { findPeer: async () => ({ id: PEER, multiaddrs: [`${ADDRESS}9`] }) }
  }
  return { libp2p: libp2p as unknown as Dialler, streams, dials }
}

async function open({ libp2p }: Scene, addresses: string[] = [ADDRESS], signal = NEVER) {
  const stream: Stream = await openStream(libp2p, {
    peer: PEER,
    protocol: '/test/1',
    addresses,
    signal
  })
  return stream.id
}

test('a stream goes over the connection that is there', async () => {
  const place = scene({ first: 'answers', second: 'answers' })
  assert.equal(await open(place), 'first')
  assert.deepEqual(place.dials, [])
})

test('a connection that does not answer is passed over for the next one, and not tried again', async () => {
  const place = scene({ first: 'mute', second: 'answers' })
  assert.equal(await open(place), 'second')
  assert.equal(await open(place), 'second')
  assert.deepEqual(place.streams, ['first', 'second', 'second'])
})

test('where no connection answers a new one is dialled beside it', async () => {
  const place = scene({ first: 'mute' })
  assert.equal(await open(place), 'fresh')
  assert.deepEqual(place.dials, [{ addresses: [`${ADDRESS}/p2p/${PEER.toString()}`], force: true }])
})

test('a connection that ends while it is asked is passed over', async () => {
  const place = scene({ first: 'dying', second: 'answers' })
  assert.equal(await open(place), 'second')
})

test('without a connection and without an address the peer is looked up', async () => {
  const place = scene({})
  assert.equal(await open(place, []), 'fresh')
  assert.deepEqual(place.dials, [
    { addresses: [`${ADDRESS}9/p2p/${PEER.toString()}`], force: false }
  ])
})

test('a peer that does not serve the protocol is not dialled again for that', async () => {
  const place = scene({ first: 'refuses', second: 'answers' })
  await assert.rejects(open(place), /protocol selection failed/)
  assert.deepEqual([place.streams, place.dials], [['first'], []])
})

test('a caller that gives up is not kept for another try', async () => {
  const place = scene({ first: 'mute', second: 'answers' })
  const giving = new AbortController()
  const opening = open(place, [ADDRESS], giving.signal)
  giving.abort(new Error('enough'))
  await assert.rejects(opening)
  assert.deepEqual(place.streams, ['first'])
})
