import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyTransaction, runDues } from '../../../ledger/index.ts'
import { NaiveState } from '../../support/naive-state.ts'
import { PlainBilling } from '../billing/plain-billing.ts'
import { CONTEXT, type Market, START_MS } from './market.ts'
import { MINUTE_MS, randomOf, Trader } from './trader.ts'

const STEPS = 500
const given = process.env['LEDGER_SEED']
const SEEDS = given === undefined ? [1, 2, 3, 4, 5, 6] : [Number(given)]

/** What came about in all runs together: a run in which nothing happens proves nothing. */
const met = new Set<string>()

for (const seed of SEEDS)
  test(`seed ${seed}: whatever people do, every invariant holds and the bills are right`, () => {
    const trader = new Trader(seed)
    const { market } = trader
    const plain = new PlainBilling(START_MS)
    for (const { id, balance } of market.state.accounts()) plain.balances.set(id, balance)
    let checkedBlocks = market.blocks.length
    for (let step = 0; step < STEPS; step += 1) {
      const sentBefore = market.blocks.at(-1)?.sent.length ?? 0
      trader.step()
      note(market)
      if (market.blocks.length > checkedBlocks) {
        checkedBlocks = market.blocks.length
        plain.advanceTo(market.state.timeMs)
      } else {
        const sent = market.blocks.at(-1)?.sent.slice(sentBefore) ?? []
        for (const { signed, code } of sent) {
          met.add(code ?? signed.transaction.body.type)
          if (code === null) plain.applied(market, signed.transaction.body)
        }
      }
      assert.deepEqual(balancesOf(market), plain.balances, `seed ${seed}, step ${step}`)
    }
  })

for (const seed of SEEDS)
  test(`seed ${seed}: under other block cuts the same transactions give the same ledger`, () => {
    const trader = new Trader(seed)
    for (let step = 0; step < STEPS; step += 1) trader.step()
    const random = randomOf(seed + 1_000)
    const asCut = contentsOf(trader.market.state)
    assert.deepEqual(contentsOf(replay(trader.market, 0, random)), asCut)
    assert.deepEqual(contentsOf(replay(trader.market, 3, random)), asCut)
  })

test('the runs met what they are for', { skip: given !== undefined }, () => {
  const wanted = [
    'confirm',
    'fell',
    'suspend-unpaid',
    'open-migration',
    'heartbeat',
    'commit-migration',
    'abort-migration',
    'cancel-orders',
    'edit-machine',
    'discard-machine',
    'halted: unpaid',
    'halted: limit',
    'storage unpaid',
    'credit',
    'INSUFFICIENT_FUNDS',
    'NO_CAPACITY',
    'ORDER_FORGED',
    'STALE_VERSION',
    'ILLEGAL_STATE',
    'NOT_HOLDER',
    'NOT_OWNER',
    'WRONG_ACCOUNT_KIND'
  ]
  assert.deepEqual(
    wanted.filter(event => !met.has(event)),
    []
  )
})

/** Does the recorded transactions again: blocks without any are left out, `extra` others are put between. */
function replay(market: Market, extra: number, random: () => number): NaiveState {
  let state = new NaiveState(market.state.genesis, market.state.network)
  const { length } = market.blocks
  for (const [index, { height, timeMs, sent }] of market.blocks.entries()) {
    if (sent.length === 0 && index < length - 1) continue
    for (let cut = 0; cut < extra; cut += 1) {
      const minutes = Math.floor((random() * (timeMs - state.timeMs)) / MINUTE_MS)
      const parentMs = state.timeMs
      state = state.draftOf(height, parentMs + minutes * MINUTE_MS)
      runDues(state, parentMs)
    }
    const parentMs = state.timeMs
    state = state.draftOf(height, timeMs)
    runDues(state, parentMs)
    for (const { signed, code } of sent) {
      assert.equal(applyTransaction(state, signed, CONTEXT)?.code ?? null, code)
    }
  }
  return state
}

function note(market: Market): void {
  for (const { billing } of market.state.machines()) {
    if (billing.halt !== null) met.add(`halted: ${billing.halt.reason}`)
    if (billing.storageUnpaidSinceMs !== null) met.add('storage unpaid')
    if (billing.runningCreditMs > 0) met.add('credit')
  }
}

function balancesOf(market: Market): Map<string, bigint> {
  return new Map(market.state.accounts().map(({ id, balance }) => [id, balance]))
}

function contentsOf(state: NaiveState): object {
  return {
    accounts: state.accounts(),
    hosts: state.hosts(),
    machines: state.machines(),
    migrations: state.migrations(),
    dues: state.dues(),
    issued: state.issued
  }
}
