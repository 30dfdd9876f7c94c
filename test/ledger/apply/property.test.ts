import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  applyTransaction,
  isInvalid,
  isSilent,
  type ResultCode,
  runDues,
  type SignedTransaction
} from '../../../ledger/index.ts'
import { NaiveState } from '../../support/naive-state.ts'
import { PlainBilling } from '../billing/plain-billing.ts'
import { CONTEXT, type Market } from './market.ts'
import { MINUTE_MS, randomOf, Trader } from './trader.ts'

const STEPS = 900
const given = process.env['LEDGER_SEED']
const SEEDS = given === undefined ? [1, 2, 3, 4, 5, 6] : [Number(given)]

/** What came about in all runs together: a run in which nothing happens proves nothing. */
const met = new Set<string>()

for (const seed of SEEDS)
  test(`seed ${seed}: whatever people do, every invariant holds and the bills are right`, () => {
    const trader = new Trader(seed)
    const { market } = trader
    const plain = new PlainBilling(market)
    const compare = (): void => {
      const said = `seed ${seed}, block ${market.blocks.length}`
      assert.deepEqual(balancesOf(market), plain.balances, said)
    }
    let halted: ReadonlySet<string> = new Set()
    market.witness = {
      block(timeMs) {
        plain.advanceTo(timeMs)
        compare()
        note(market)
        halted = haltedIn(market)
      },
      sent(signed, code) {
        if (code === null || !isInvalid(code)) plain.taken(market, signed, code === null)
        compare()
        noteSent(signed, code, halted)
        halted = haltedIn(market)
      }
    }
    for (let step = 0; step < STEPS; step += 1) trader.step()
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
    'seal',
    'give-notice',
    'evict',
    'release',
    'release-contract',
    'declare-lost',
    'inherited',
    'raise-limit',
    'raised while halted',
    'collect-fees',
    'alive',
    'halted: unpaid',
    'halted: limit',
    'storage unpaid',
    'credit',
    'copy retained',
    'a machine runs on a silent host',
    'the ledger stood still',
    'INSUFFICIENT_FUNDS',
    'NO_CAPACITY',
    'ORDER_FORGED',
    'STALE_VERSION',
    'ILLEGAL_STATE',
    'NOT_HOLDER',
    'NOT_OWNER',
    'WRONG_ACCOUNT_KIND',
    'INVALID_ALIVE',
    'NAME_TAKEN',
    'STORAGE_OWED',
    'GRACE_LEFT',
    'NOTICE_GIVEN',
    'NOT_SEALED',
    'SEALED_ALREADY',
    'HOST_HEARD',
    'COORDINATOR_UNKNOWN'
  ]
  assert.deepEqual(
    wanted.filter(event => !met.has(event)),
    []
  )
})

/**
 * Does the recorded transactions again: blocks without any are left out, `extra` others are put between. Where
 * the ledger stood still the gap is part of what happened, and is kept.
 */
function replay(market: Market, extra: number, random: () => number): NaiveState {
  const { blocks } = market
  let state = new NaiveState(market.state.genesis, market.state.network)
  const { leaseMs } = state.genesis.parameters
  for (const [index, { height, timeMs, sent }] of blocks.entries()) {
    const nextMs = blocks[index + 1]?.timeMs ?? Number.POSITIVE_INFINITY
    if (sent.length === 0 && nextMs - state.timeMs <= leaseMs) continue
    const cuts = timeMs - state.timeMs <= leaseMs ? extra : 0
    for (let cut = 0; cut < cuts; cut += 1) {
      const minutes = Math.floor((random() * (timeMs - state.timeMs)) / MINUTE_MS)
      state = nextBlock(state, height, state.timeMs + minutes * MINUTE_MS)
    }
    state = nextBlock(state, height, timeMs)
    for (const { signed, code } of sent) {
      assert.equal(applyTransaction(state, signed, CONTEXT)?.code ?? null, code)
    }
  }
  return state
}

function nextBlock(parent: NaiveState, height: number, timeMs: number): NaiveState {
  const state = parent.draftOf(height, timeMs)
  runDues(state, parent.timeMs)
  return state
}

function note({ state }: Market): void {
  if (state.standstillMs > 0) met.add('the ledger stood still')
  for (const { billing, retained, contract } of state.machines()) {
    if (billing.halt !== null) met.add(`halted: ${billing.halt.reason}`)
    if (billing.storageUnpaidSinceMs !== null) met.add('storage unpaid')
    if (billing.runningCreditMs > 0) met.add('credit')
    if (retained !== null) met.add('copy retained')
    const host = contract === null ? undefined : state.host(contract.host)
    if (billing.runningDueMs !== null && host !== undefined && isSilent(state, host)) {
      met.add('a machine runs on a silent host')
    }
  }
}

/** `halted` are the machines that were it before. */
function noteSent(
  { transaction }: SignedTransaction,
  code: ResultCode,
  halted: ReadonlySet<string>
): void {
  const { body } = transaction
  met.add(code ?? body.type)
  if (code !== null) return
  if (body.type === 'declare-lost' && body.heir !== null) met.add('inherited')
  if (body.type === 'raise-limit' && halted.has(body.machine)) met.add('raised while halted')
}

function haltedIn({ state }: Market): ReadonlySet<string> {
  const halted = state.machines().filter(({ billing }) => billing.halt !== null)
  return new Set(halted.map(({ uuid }) => uuid))
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
    charges: state.charges(),
    turns: state.turns(),
    issued: state.issued,
    standstillMs: state.standstillMs,
    fees: state.fees,
    collected: state.genesis.coordinators.map(({ key }) => state.collectedBy(key))
  }
}
