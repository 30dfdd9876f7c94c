/** The driver with real peers' answers over streams in memory, and a store on disk. */
import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import { chainContext, genesisTip, type Tip } from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { headerOf } from '../../../node/replica/hand-overs.ts'
import { Replica, syncBySnapshot } from '../../../node/replica/index.ts'
import { ServedSnapshots } from '../../../node/replica/served-snapshots.ts'
import { openStore } from '../../../node/store/index.ts'
import { type LedgerHandler, ledgerSlots, serveLedger } from '../../../protocols/ledger/index.ts'
import { Crowd } from '../../bench/ledger/crowd.ts'
import { Grower } from '../../support/grower.ts'
import * as sample from '../../support/ledger-samples.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryChain } from '../../support/memory-chain.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const HEIGHT = 10 * 256 + 3
const context = chainContext(sample.genesis, nodeCrypto, () => true)

/** A node that has seen all of it, and keeps the state of block 2,560. */
async function grown() {
  const start = genesisTip(sample.genesis, nodeCrypto)
  const grower = new Grower(sample.genesis, [sample.coordinator], start)
  const crowd = new Crowd(sample.genesis, 900)
  const replica = new Replica(context, memoryChain(), start)
  const clock = new ManualClock(sample.genesis.timeMs)
  const served = new ServedSnapshots(replica, clock)
  const wanted = [crowd.openings(0), crowd.registrations(0)]
  let previous: Tip = start
  while (grower.tip.state.height < HEIGHT) {
    const { certified, tip } = grower.grow(wanted.shift() ?? [])
    replica.adopt(certified, tip, [])
    previous = tip
  }
  clock.advance(previous.state.timeMs - sample.genesis.timeMs)
  return { replica, served, clock }
}

const full = await grown()

const no = (): never => {
  throw new Error('nobody asks for this')
}

function handler(change: Partial<LedgerHandler> = {}): LedgerHandler {
  const { replica, served } = full
  const others = { submit: no, head: no, genesis: no, blocks: no, read: no, outcome: no }
  return {
    ...others,
    epochs: async () => ({ handOvers: [] }),
    async snapshots() {
      const [newest] = replica.newestFrom(replica.state().height)
      assert.ok(newest !== undefined)
      return { head: headerOf(newest), offers: served.offers() }
    },
    chunk: request => served.chunk(request),
    ...change
  }
}

/** Peers by their names; a stream to one that is gone cannot be opened. */
function networkOf(peers: Readonly<Record<string, LedgerHandler | undefined>>) {
  const slots = ledgerSlots()
  return {
    key: 'self',
    serving: async () => Object.keys(peers),
    async open(_name: string, key: string) {
      const peer = peers[key]
      if (peer === undefined) throw new Error('connection refused')
      const [asker, server] = await streamPair({ delay: 0 })
      void serveLedger(server, peer, { peer: `${key}`, slots }).catch(() => undefined)
      return asker
    }
  }
}

async function newcomer(t: TestContext) {
  const location = join(temporaryDirectory(t), 'store')
  const store = await openStore(location)
  const tip = await store.chain.load(sample.genesis, nodeCrypto)
  const replica = new Replica(context, store.chain, tip)
  const lines: string[] = []
  const sync = (peers: Readonly<Record<string, LedgerHandler | undefined>>, signal: AbortSignal) =>
    syncBySnapshot(
      {
        network: networkOf(peers),
        replica,
        keeper: store.chain.snapshots,
        clock: full.clock,
        log: (message, fields) => lines.push(`${message} ${fields?.code ?? ''}`)
      },
      signal
    )
  return { store, replica, sync, lines }
}

const QUIET = new AbortController().signal

test('a node goes from nothing to a snapshot, and on from there by blocks', async t => {
  const { store, replica, sync } = await newcomer(t)
  assert.equal(await sync({ a: handler(), b: handler(), c: handler() }, QUIET), 'complete')
  assert.equal(replica.state().height, 10 * 256)
  for (const block of full.replica.newestFrom(10 * 256 + 1)) await replica.append(block)
  assert.equal(replica.state().root(), full.replica.state().root())
  assert.deepEqual(replica.tip.log, full.replica.tip.log)
  await store.close()
})

test('one peer that lies, one that fails and one that is gone are told by code and not asked again', async t => {
  const { store, replica, sync, lines } = await newcomer(t)
  let asked = 0
  const liar = handler({
    async chunk(request) {
      asked += 1
      const said = await full.served.chunk(request)
      return 'proof' in said ? { ...said, proof: said.proof.subarray(1) } : said
    }
  })
  const peers = { liar, failing: handler({ chunk: no }), gone: undefined, honest: handler() }
  assert.equal(await sync(peers, QUIET), 'complete')
  assert.equal(replica.baseHeight, 10 * 256)
  assert.equal(asked, 1)
  const codes = lines.flatMap(line => line.match(/[A-Z]+_[A-Z]+$/) ?? []).sort()
  assert.deepEqual(codes, ['PROOF_MALFORMED', 'SYNC_UNANSWERED', 'SYNC_UNANSWERED'])
  await store.close()
})

test('one that is stopped in the middle goes on with what it has, from other peers', async t => {
  const { store, replica, sync, lines } = await newcomer(t)
  const stopping = new AbortController()
  let given = 0
  const counted = handler({
    chunk(request) {
      given += 1
      if (given === 5) stopping.abort(new Error('the node stops'))
      return full.served.chunk(request)
    }
  })
  assert.equal(await sync({ a: counted, b: counted, c: counted }, stopping.signal), 'stopped')
  const left = (await store.chain.snapshots.progress())?.ranges.length ?? 0
  assert.ok(left > 0 && left < 64, `${left} ranges are left`)
  given = 0
  assert.equal(await sync({ d: counted, e: counted, f: counted }, QUIET), 'complete')
  assert.equal(given, left)
  assert.ok(lines.some(line => line.startsWith('going on with a snapshot')))
  assert.equal(replica.state().height, 10 * 256)
  await store.close()
})

test('without anybody who has a snapshot it is given up, and the node is as it was', async t => {
  const { store, replica, sync } = await newcomer(t)
  assert.equal(await sync({}, QUIET), 'nobody')
  const silent = handler({
    snapshots: async () => ({ code: 'HEIGHT_UNKNOWN', message: 'no block has come here' })
  })
  assert.equal(await sync({ silent }, QUIET), 'nobody')
  assert.equal(replica.state().height, 0)
  await store.close()
})
