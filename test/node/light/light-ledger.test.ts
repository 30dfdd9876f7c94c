/** What a node that replays nothing believes, and of whom. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import {
  type Body,
  chainContext,
  type Hash,
  hashTransaction,
  type Light,
  prefixQuery,
  proveState,
  type SignedTransaction,
  type StateReader,
  signTransaction
} from '../../../ledger/index.ts'
import { LEDGER_ACCESS_CODES } from '../../../node/ledger-access/index.ts'
import { Checkpoint } from '../../../node/light/checkpoint.ts'
import { LightLedger } from '../../../node/light/light-ledger.ts'
import { SHUT_MS } from '../../../protocols/ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { FakePeer, fakeBlock, peersOf } from '../../support/fake-peers.ts'
import { certify, epochsGenesis, epochsNetwork, testSet } from '../../support/header-chain.ts'
import * as sample from '../../support/ledger-samples.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryRecords } from '../../support/memory-records.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const START_MS = epochsGenesis.timeMs
const hashOf = (signed: SignedTransaction): Hash => hashTransaction(signed, testCrypto)
const balance = (state: StateReader) => state.account(sample.buyerId)?.balance

interface Scene {
  readonly ledger: LightLedger
  readonly clock: ManualClock
  readonly log: string[]
}

/** Its clock shows the time of block 10. */
async function sceneOf(
  t: TestContext,
  peers: Readonly<Record<string, FakePeer>>,
  disk: Map<string, Light> = new Map()
): Promise<Scene> {
  const clock = new ManualClock(START_MS + 10_000)
  const log: string[] = []
  const ledger = await LightLedger.open({
    context: chainContext(epochsGenesis, testCrypto),
    genesis: epochsGenesis,
    peers: peersOf(peers, hashOf),
    checkpoint: new Checkpoint(memoryRecords(disk)),
    clock,
    alarms: clock,
    log: message => log.push(message)
  })
  t.after(() => ledger.stop())
  return { ledger, clock, log }
}

/** What others have begun comes to its end, without any time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Whoever is followed is asked for the next head. */
async function turn({ clock }: Pick<Scene, 'clock'>): Promise<void> {
  for (let pause = 0; pause < 2; pause++) {
    await settled()
    clock.advance(200)
  }
  await settled()
}

test('what one look reads is proven under one head, in as many requests as it has steps', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger } = await sceneOf(t, { a })
  const found = await ledger.read(state => ({
    balance: balance(state),
    holder: state.machine(sample.machineUuid)?.holder,
    nobody: state.accountNamed('nobody')
  }))
  assert.equal(found.balance, 10n)
  assert.equal(found.holder, sample.machine.holder)
  assert.equal(found.nobody, undefined)
  // The machine's owner is read before the machine.
  assert.equal(a.reads, 2)
  assert.equal(ledger.head().height, 10)
})

test('what was read is not asked for again under the same head, and comes with the next one', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  assert.equal(await ledger.read(balance), 10n)
  ledger.follow()
  await settled()
  const before = a.reads
  for (let look = 0; look < 10; look++) assert.equal(await ledger.read(balance), 10n)
  assert.equal(a.reads, before)
  a.add(fakeBlock(11))
  await settled()
  assert.equal(ledger.head().height, 11)
  const afterHead = a.reads
  assert.equal(await ledger.read(balance), 11n)
  assert.equal(a.reads, afterHead)
  clock.advance(200)
})

test('what a look throws of something that is proven comes through, of anything else it does not', async t => {
  const { ledger } = await sceneOf(t, { a: new FakePeer([fakeBlock(10)]) })
  const strict = (state: StateReader): never => {
    if (balance(state) === undefined) throw new Error('nobody is there')
    throw new Error('somebody is there')
  }
  await assert.rejects(ledger.read(strict), /somebody/)
})

test('an old truth is refused as stale, however well it is certified', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  clock.advance(30_000)
  assert.equal(await ledger.read(balance), 10n)
  assert.equal(ledger.behind(), false)
  clock.advance(1)
  assert.equal(ledger.behind(), true)
  await assert.rejects(ledger.read(balance), { code: 'LEDGER_STALE', message: /is 30 s old/ })
})

test('another node is asked when one is stale, and goes on being asked', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const b = new FakePeer([fakeBlock(10), fakeBlock(40)])
  const { ledger, clock } = await sceneOf(t, { a, b })
  clock.advance(31_000)
  assert.equal(await ledger.read(balance), 40n)
  assert.equal(a.reads, 1)
  assert.ok(await ledger.read(state => state.machine(sample.machineUuid)))
  assert.equal(a.reads, 1)
})

test('a header by other keys is refused, and its bearer is not asked for a minute', async t => {
  const thief = testSet(7)
  const forged = fakeBlock(10, { balance: 1_000_000n })
  const a = new FakePeer([{ ...forged, head: certify(forged.head.header, thief.signers) }])
  const b = new FakePeer([fakeBlock(10)])
  const { ledger, clock, log } = await sceneOf(t, { a, b })
  assert.equal(await ledger.read(balance), 10n)
  assert.ok(log.some(line => /not asked for a minute/.test(line)))
  b.silent = true
  const alone = ledger.read(state => state.host(sample.hostUuid))
  const refused = assert.rejects(alone, { code: 'LEDGER_UNREACHABLE' })
  await settled()
  clock.advance(4_000)
  await refused
  assert.equal(a.reads, 1)
  a.blocks = [fakeBlock(70)]
  clock.advance(SHUT_MS - 4_000)
  assert.equal(await ledger.read(balance), 70n)
})

const LIES: readonly (readonly [string, FakePeer['lie']])[] = [
  ['a proof of another state', ({ head }) => ({ head, proof: honestly(fakeBlock(11)) })],
  ['half an answer', ({ head }) => ({ head, proof: honestly(fakeBlock(10), 'machine/') })],
  ['bytes that are no proof', ({ head }) => ({ head, proof: Uint8Array.of(1, 2, 3) })],
  [
    'an altered proof',
    ({ head, proof }) => ({ head, proof: proof.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) })
  ],
  [
    'a head by too few',
    ({ head, proof }) => {
      const votes = head.certificate.votes.slice(1)
      return { head: { ...head, certificate: { ...head.certificate, votes } }, proof }
    }
  ],
  [
    'an epoch that nobody handed over to',
    () => {
      const { head, state } = fakeBlock(10, { set: testSet(3) })
      return { head, proof: honestly({ head, state, transaction: null, result: null }) }
    }
  ]
]

for (const [lie, tell] of LIES) {
  test(`${lie} is refused, and somebody else is asked`, async t => {
    const a = new FakePeer([fakeBlock(10)])
    a.lie = tell
    const b = new FakePeer([fakeBlock(10)])
    const { ledger } = await sceneOf(t, { a, b })
    assert.equal(await ledger.read(balance), 10n)
    assert.deepEqual([a.reads, b.reads], [1, 1])
    const alone = await sceneOf(t, { a })
    await assert.rejects(alone.ledger.read(balance), { code: 'LEDGER_UNPROVEN' })
  })
}

test('a node that says nothing is left after four seconds', async t => {
  const a = new FakePeer([fakeBlock(10)])
  a.silent = true
  const { ledger, clock } = await sceneOf(t, { a, b: new FakePeer([fakeBlock(10)]) })
  const reading = ledger.read(balance)
  await settled()
  clock.advance(3_999)
  await settled()
  assert.equal(ledger.head().height, 0)
  clock.advance(1)
  assert.equal(await reading, 10n)
})

test('a set that has handed over is not believed any more, whatever the time', async t => {
  const [first, second] = [testSet(0), testSet(1)]
  const handOver = fakeBlock(8, { set: first, handsOver: true })
  const a = new FakePeer([handOver, fakeBlock(10, { set: second })])
  const disk = new Map<string, Light>()
  const { ledger } = await sceneOf(t, { a }, disk)
  assert.equal(await ledger.read(balance), 10n)
  assert.deepEqual(
    ledger.coordinators(),
    second.members.map(({ key }) => key)
  )
  // Their keys were stolen afterwards: a rival history, newer than the true one.
  const thief = new FakePeer([fakeBlock(12, { set: first, balance: 1_000_000n })])
  const again = await sceneOf(t, { thief }, disk)
  await assert.rejects(again.ledger.read(balance), {
    code: 'LEDGER_BEHIND',
    message: /handed over/
  })
  // Only who has never seen the hand-over is deceived.
  const newcomer = await sceneOf(t, { thief })
  assert.equal(await newcomer.ledger.read(balance), 1_000_000n)
})

test('after a restart it goes on from where it was, never back', async t => {
  const disk = new Map<string, Light>()
  const first = await sceneOf(t, { a: new FakePeer([fakeBlock(10)]) }, disk)
  assert.equal(await first.ledger.read(balance), 10n)
  const late = new FakePeer([fakeBlock(9)])
  const second = await sceneOf(t, { late }, disk)
  const reading = second.ledger.read(balance)
  const refused = assert.rejects(reading, { code: 'LEDGER_BEHIND', message: /below the 10 seen/ })
  await settled()
  second.clock.advance(4_000)
  await refused
  assert.equal(second.ledger.head().height, 10)
  const third = await sceneOf(t, { late, b: new FakePeer([fakeBlock(10)]) }, disk)
  assert.equal(await third.ledger.read(balance), 10n)
})

test('who is a block behind may wait for it', async t => {
  const disk = new Map<string, Light>()
  const first = await sceneOf(t, { a: new FakePeer([fakeBlock(10)]) }, disk)
  await first.ledger.read(balance)
  const late = new FakePeer([fakeBlock(9)])
  const { ledger } = await sceneOf(t, { late }, disk)
  const reading = ledger.read(balance)
  await settled()
  late.add(fakeBlock(10))
  assert.equal(await reading, 10n)
})

test('a store of another network is refused', async () => {
  const disk = new Map<string, Light>()
  const light = { network: 'ff'.repeat(32), epoch: 0, members: [], past: null, head: null }
  disk.set('checkpoint', light)
  const load = new Checkpoint(memoryRecords(disk)).load(epochsGenesis, epochsNetwork)
  await assert.rejects(load, { code: 'STORE_OTHER_NETWORK' })
})

test('what takes more than one answer is refused, and what is asked for by itself is not', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger } = await sceneOf(t, { a })
  a.proofBytesMax = 720
  assert.equal(await ledger.read(balance), 10n)
  assert.ok(await ledger.read(state => [...state.machines(sample.buyerId)][0]))
  const all = (state: StateReader) => [balance(state), state.machine(sample.machineUuid)]
  // Both are proven by now, each by an answer of its own.
  assert.ok((await ledger.read(all)).every(each => each !== undefined))
  const anew = await sceneOf(t, { a })
  await assert.rejects(anew.ledger.read(all), { code: 'LEDGER_TOO_LARGE' })
  const many = (state: StateReader) =>
    Array.from({ length: 1_025 }, (_, at) => state.accountNamed(`nobody-${at}`))
  await assert.rejects(ledger.read(many), { code: 'LEDGER_TOO_LARGE', message: /1024 are/ })
})

test('blocks come from the next peer where one breaks off or sends others', async t => {
  const { blocks } = sampleChain(sampleBatches())
  const [a, b, c] = [new FakePeer([]), new FakePeer([]), new FakePeer([])]
  a.served = blocks.slice(0, 1)
  b.served = blocks.slice(2)
  c.served = blocks
  const { ledger } = await sceneOf(t, { a, b, c })
  const heights: number[] = []
  for await (const { block } of ledger.blocks(1, 3)) heights.push(block.header.height)
  assert.deepEqual(heights, [1, 2, 3])
  const alone = await sceneOf(t, { a })
  await assert.rejects(
    async () => {
      for await (const each of alone.ledger.blocks(1, 3)) assert.ok(each)
    },
    { code: 'LEDGER_UNREACHABLE', message: /block 2/ }
  )
})

test('a wait ends with the head that satisfies it, and with its signal', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  ledger.follow()
  const rich = ledger.until(state => balance(state) === 11n, new AbortController().signal)
  await turn({ clock })
  a.add(fakeBlock(11))
  await rich
  const given = AbortSignal.abort(new Error('enough'))
  await assert.rejects(
    ledger.until(() => false, given),
    /enough/
  )
})

function sent(nonce: number, body: Body = sample.registerMachine, expiryHeight = 13) {
  const transaction = {
    signer: sample.buyer,
    nonce,
    expiryHeight,
    feeMax: 0n,
    body
  }
  return signTransaction(epochsNetwork, transaction, sample.buyerKey)
}

test('a transaction is included when the block that holds it is proven, whoever hides it', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const b = new FakePeer([fakeBlock(10)])
  a.showsOutcomes = false
  const { ledger, clock } = await sceneOf(t, { a, b })
  ledger.follow()
  await turn({ clock })
  const signed = sent(2)
  const { promise } = ledger.inclusionOf(signed)
  for (const peer of [a, b]) peer.add(fakeBlock(11))
  await turn({ clock })
  // The nonce is free: nobody need be asked.
  assert.deepEqual([a.outcomes, b.outcomes], [0, 0])
  for (const peer of [a, b]) peer.add(fakeBlock(12, { nonce: 2, transaction: signed }))
  assert.deepEqual(await promise, { height: 12, result: null, message: null })
  assert.equal(b.outcomes, 1)
})

test('what the ledger refused is told by the code that is proven and the sentence of the rule', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  ledger.follow()
  await turn({ clock })
  const gone = sent(2, { type: 'discard-machine', machine: sample.hostUuid })
  const { promise } = ledger.inclusionOf(gone)
  a.add(fakeBlock(11, { nonce: 2, transaction: gone, result: 'MACHINE_UNKNOWN' }))
  const message = `no machine has the UUID ${sample.hostUuid}`
  assert.deepEqual(await promise, { height: 11, result: 'MACHINE_UNKNOWN', message })
})

test('it has expired when its nonce is free after its last height, and not because somebody says so', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  ledger.follow()
  await turn({ clock })
  const { promise } = ledger.inclusionOf(sent(2))
  for (const height of [11, 13, 14]) {
    a.add(fakeBlock(height))
    await turn({ clock })
  }
  assert.equal(await promise, 'expired')
  assert.equal(a.outcomes, 0)
})

test('it is unknown when its nonce was used and nobody shows by what', async t => {
  const a = new FakePeer([fakeBlock(10)])
  const { ledger, clock } = await sceneOf(t, { a })
  ledger.follow()
  await turn({ clock })
  const { promise } = ledger.inclusionOf(sent(2))
  for (const height of [11, 12, 13]) {
    a.add(fakeBlock(height, { nonce: 2 }))
    await turn({ clock })
  }
  assert.equal(await promise, 'unknown')
})

test('the codes are those that the page lists', () => {
  const page = readFileSync('node/light/SPEC.md', 'utf8')
  assert.ok(page.includes(`\`${LEDGER_ACCESS_CODES.join(' ')}\``))
})

function honestly({ state }: ReturnType<typeof fakeBlock>, prefix = 'account/'): Uint8Array {
  return proveState(state, [prefixQuery(prefix)])
}
