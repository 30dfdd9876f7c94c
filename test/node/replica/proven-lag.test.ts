import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import { type CertifiedHeader, chainContext, genesisTip } from '../../../ledger/index.ts'
import { provenLag, Replica } from '../../../node/replica/index.ts'
import { type LedgerHandler, ledgerSlots, serveLedger } from '../../../protocols/ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { epochsGenesis } from '../../support/header-chain.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryChain } from '../../support/memory-chain.ts'
import { snapshotWorld } from '../../support/snapshots.ts'

const world = snapshotWorld(3)
const context = chainContext(epochsGenesis, testCrypto)
const QUIET = new AbortController().signal

const no = (): never => {
  throw new Error('nobody asks for this')
}

/** What a peer shows that says it is far ahead. */
function lagTo(head: CertifiedHeader, handOvers = world.handOvers, lateMs = 0): Promise<number> {
  const replica = new Replica(context, memoryChain(), genesisTip(epochsGenesis, testCrypto))
  const others = { submit: no, head: no, genesis: no, blocks: no, read: no, outcome: no }
  const handler: LedgerHandler = {
    ...others,
    chunk: no,
    epochs: async ({ fromEpoch }) => ({ handOvers: handOvers.slice(fromEpoch) }),
    snapshots: async () => ({ head, offers: [] })
  }
  const network = {
    async open() {
      const [asker, server] = await streamPair({ delay: 0 })
      const slots = ledgerSlots()
      void serveLedger(server, handler, { peer: 'a', slots }).catch(() => undefined)
      return asker
    }
  }
  const clock = new ManualClock(world.nowMs + lateMs)
  return provenLag({ network, replica, clock }, 'a', QUIET)
}

test('a peer shows how far ahead the ledger is by hand-overs and a young head', async () => {
  assert.equal(await lagTo(world.head), world.head.header.height)
})

test('a peer that only says so has shown nothing', async () => {
  const { header } = world.head
  const higher = { ...world.head, header: { ...header, height: header.height + 1_000_000 } }
  assert.equal(await lagTo(higher), 0, 'no quorum has signed it')
  assert.equal(await lagTo(world.head, world.handOvers.slice(0, 1)), 0, 'a hand-over is missing')
  assert.equal(await lagTo(world.head, world.handOvers.slice(1)), 0, 'the first is missing')
  assert.equal(await lagTo(world.head, world.handOvers, 60_000), 0, 'it is old')
})
