import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AgreementEffect,
  type AgreementEvent,
  type CertifiedBlock,
  chainContext,
  followBlock,
  genesisTip,
  hashTransaction,
  IDLE_TICK_MS,
  restoreState,
  type SignedTransaction,
  type SoloState,
  soloAgreement,
  type Tip,
  tipAfter
} from '../../../ledger/index.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { persistIn, sampleAgreement, sampleBatches } from '../../support/sample-chain.ts'

const START_MS = sample.genesis.timeMs
const agreement = sampleAgreement()
const context = chainContext(sample.genesis, testCrypto)
const open = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)

function begin(): SoloState {
  return agreement.start(genesisTip(sample.genesis, testCrypto), START_MS).state
}

function submit(...transactions: SignedTransaction[]): AgreementEvent {
  return { type: 'transactions', transactions }
}

function kinds(effects: readonly AgreementEffect[]): string[] {
  return effects.map(effect => effect.type)
}

test('at rest it builds nothing and asks to be woken at the idle tick', () => {
  const { effects } = agreement.start(genesisTip(sample.genesis, testCrypto), START_MS)
  assert.deepEqual(effects, [{ type: 'set-timer', atMs: START_MS + IDLE_TICK_MS }])
})

test('a transaction is answered, then its block is persisted, and only then it is final', () => {
  const proposed = agreement.step(begin(), submit(open), START_MS + 3)
  assert.deepEqual(kinds(proposed.effects), ['answer', 'persist'])
  const { write, records } = persistIn(proposed.effects)
  const saved = agreement.step(proposed.state, { type: 'persisted', write }, START_MS + 4)
  assert.deepEqual(kinds(saved.effects), ['final', 'set-timer'])
  const [record] = records
  assert.equal(record?.certified.block.header.timeMs, START_MS + 3)
  assert.equal(saved.state.tip.state.account(sample.buyerId)?.name, 'alice')
})

test('its blocks are taken by whoever follows', () => {
  const { effects } = agreement.step(begin(), submit(open), START_MS + 3)
  const [record] = persistIn(effects).records
  assert.ok(record !== undefined)
  const followed = followBlock(genesisTip(sample.genesis, testCrypto), record.certified, context)
  assert.ok(followed.ok)
  assert.equal(followed.tip.block, record.tip.block)
})

test('while a block is being saved transactions gather, and the next block holds them all', () => {
  const first = agreement.step(begin(), submit(open), START_MS + 1)
  const other = sample.signed(sample.provider, 1, sample.openProvider, sample.providerKey)
  const carol = { ...sample.openBuyer, name: 'carol', key: sample.hostKey.publicKey }
  const another = sample.signed(sample.stranger, 1, carol, sample.hostKey)
  const second = agreement.step(first.state, submit(other), START_MS + 2)
  const third = agreement.step(second.state, submit(another), START_MS + 3)
  assert.deepEqual(kinds([...second.effects, ...third.effects]), ['answer', 'answer'])
  const { write } = persistIn(first.effects)
  const saved = agreement.step(third.state, { type: 'persisted', write }, START_MS + 4)
  assert.deepEqual(kinds(saved.effects), ['final', 'persist'])
  const [record] = persistIn(saved.effects).records
  assert.deepEqual(record?.certified.block.transactions, [other, another])
})

test('at the idle tick it makes an empty block, one before it nothing', () => {
  const early = agreement.step(begin(), { type: 'timer' }, START_MS + IDLE_TICK_MS - 1)
  // The timer that rang is gone, so it is set again.
  assert.deepEqual(kinds(early.effects), ['set-timer'])
  const ticked = agreement.step(early.state, { type: 'timer' }, START_MS + IDLE_TICK_MS)
  const [record] = persistIn(ticked.effects).records
  assert.deepEqual(record?.certified.block.transactions, [])
})

test('something due wakes it before the idle tick', () => {
  const { tip } = begin()
  const draft = tip.state.draft(1, START_MS + 1)
  draft.schedule({ atMs: START_MS + 100, machine: sample.machineUuid, kind: 'storage' })
  const { effects } = agreement.start({ ...tip, state: draft.commit() }, START_MS + 1)
  assert.deepEqual(effects, [{ type: 'set-timer', atMs: START_MS + 100 }])
})

test('with a clock behind the last block it goes on a millisecond at a time', () => {
  const { effects } = agreement.step(begin(), submit(open), START_MS - 60_000)
  const [record] = persistIn(effects).records
  assert.equal(record?.certified.block.header.timeMs, START_MS + 1)
})

test('a transaction with a forged signature is dropped and makes no block', () => {
  const forged = { ...open, signature: sample.signedOffer.signature }
  const { state, effects } = agreement.step(begin(), submit(forged), START_MS + 1)
  const dropped = effects.find(effect => effect.type === 'dropped')
  assert.deepEqual(dropped?.transactions, [hashTransaction(forged, testCrypto)])
  assert.equal(state.saving, null)
  assert.equal(state.pool.waiting.size, 0)
})

test('a second open-account for one name stands in no block and leaves the pool', () => {
  const taken = sample.signed(
    sample.stranger,
    1,
    { ...sample.openBuyer, key: sample.hostKey.publicKey },
    sample.hostKey
  )
  const proposed = agreement.step(begin(), submit(open, taken), START_MS + 1)
  const { write, records } = persistIn(proposed.effects)
  assert.deepEqual(records[0]?.certified.block.transactions, [open])
  const dropped = proposed.effects.find(effect => effect.type === 'dropped')
  assert.deepEqual(dropped?.transactions, [hashTransaction(taken, testCrypto)])
  const saved = agreement.step(proposed.state, { type: 'persisted', write }, START_MS + 2)
  assert.equal(saved.state.pool.waiting.size, 0)
})

test('a second word about the same write is not heard', () => {
  const proposed = agreement.step(begin(), submit(open), START_MS + 1)
  const event: AgreementEvent = { type: 'persisted', write: persistIn(proposed.effects).write }
  const saved = agreement.step(proposed.state, event, START_MS + 2)
  assert.deepEqual(agreement.step(saved.state, event, START_MS + 2).effects, [])
})

test('it refuses to start where its key is not the only coordinator', () => {
  const stranger = soloAgreement({ signer: testSigner('stranger'), context })
  assert.throws(() => stranger.start(genesisTip(sample.genesis, testCrypto), START_MS))
})

/** The part of a node that survives a crash: what its atomic writes left on disk. */
interface Disk {
  readonly blocks: readonly CertifiedBlock[]
  readonly entries: ReadonlyMap<string, Uint8Array>
}

/** A driver that can be killed: it counts what it does and stops dead before action number `crashAt`. */
class Driver {
  disk: Disk = { blocks: [], entries: new Map() }
  /** All blocks that anybody outside ever saw. */
  readonly published: CertifiedBlock[] = []
  actions = 0
  crashAt = Number.POSITIVE_INFINITY
  #nowMs = START_MS

  /** Runs until all of `batches` are final, or the crash. Returns whether it got to the end. */
  run(batches: readonly (readonly SignedTransaction[])[]): boolean {
    try {
      this.#play(batches)
      return true
    } catch (error) {
      if (error instanceof Crash) return false
      throw error
    }
  }

  #play(batches: readonly (readonly SignedTransaction[])[]): void {
    let { state } = agreement.start(recover(this.disk), this.#nowMs)
    for (const transactions of batches) {
      this.#nowMs += 1_000
      const events: AgreementEvent[] = [{ type: 'transactions', transactions }]
      for (let event = events.shift(); event !== undefined; event = events.shift()) {
        const step = agreement.step(state, event, this.#nowMs)
        state = step.state
        for (const effect of step.effects) this.#carryOut(effect, events)
      }
    }
  }

  #carryOut(effect: AgreementEffect, events: AgreementEvent[]): void {
    this.#act()
    if (effect.type === 'persist') {
      this.disk = written(this.disk, effect)
      this.#act()
      events.push({ type: 'persisted', write: effect.write })
    }
    if (effect.type === 'final') this.published.push(effect.certified)
  }

  #act(): void {
    this.actions += 1
    if (this.actions >= this.crashAt) throw new Crash()
  }
}

class Crash extends Error {}

function written(disk: Disk, { records }: Extract<AgreementEffect, { type: 'persist' }>): Disk {
  const entries = new Map(disk.entries)
  for (const { key, value } of records.flatMap(record => record.changes)) {
    if (value === null) entries.delete(key)
    else entries.set(key, value)
  }
  return { blocks: [...disk.blocks, ...records.map(record => record.certified)], entries }
}

function recover(disk: Disk): Tip {
  const first = genesisTip(sample.genesis, testCrypto)
  const last = disk.blocks.at(-1)
  if (last === undefined) return first
  const { header } = last.block
  const state = restoreState(sample.genesis, testCrypto, header, disk.entries)
  assert.equal(state.root(), header.stateRoot)
  // Only the tree over the headers needs those before the last one.
  return disk.blocks.reduce(
    (tip, { block }) => tipAfter(tip, block.header, state, testCrypto),
    first
  )
}

test('killed between any two effects it loses nothing acknowledged and shows one block per height', () => {
  const whole = new Driver()
  assert.equal(whole.run(sampleBatches()), true)
  for (let crashAt = 1; crashAt <= whole.actions; crashAt++) {
    const driver = new Driver()
    driver.crashAt = crashAt
    assert.equal(driver.run(sampleBatches()), false)
    const acknowledged = driver.published.length
    assert.deepEqual(driver.disk.blocks.slice(0, acknowledged), driver.published)
    driver.crashAt = Number.POSITIVE_INFINITY
    // The senders heard nothing and send everything again; what is on the ledger already is refused.
    assert.equal(driver.run(sampleBatches()), true)
    const shown = [...driver.published, ...driver.disk.blocks]
    const byHeight = new Map(shown.map(certified => [certified.block.header.height, certified]))
    for (const certified of shown) {
      assert.equal(byHeight.get(certified.block.header.height), certified, `crash at ${crashAt}`)
    }
    const tip = recover(driver.disk)
    assert.equal(tip.state.account(sample.buyerId)?.nonce, 3)
    assert.equal(tip.state.hostWithKey(sample.hostKey.publicKey)?.uuid, sample.hostUuid)
    assert.equal(tip.state.machine(sample.machineUuid), undefined)
  }
})
