import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewAccount } from '../../../node/service/account-view.ts'
import { actionsOf } from '../../../node/service/actions.ts'
import { DAY_MS, HOUR_MS, START_MS, startedMarket } from '../../ledger/apply/market.ts'

test('a buyer sees the balance, next debits and rates of figures 22 and 23', () => {
  const { market, machine } = startedMarket()
  const view = viewAccount(market.state, account(market.state, 'buyer'), START_MS + HOUR_MS / 2)
  assert.equal(view.kind, 'buyer')
  assert.equal(view.balance, '996.997984')
  const [row] = view.machines
  assert.equal(row?.uuid, machine)
  assert.equal(row?.contract?.storageText, '3 / 30 days')
  assert.equal(row?.contract?.runningText, '0.002016 / 3600 seconds')
  assert.equal(view.costPerDay, '0.1')
  assert.equal(view.costPerSecond, '5.6e-7')
})

test('what is due counts down to zero and no further', () => {
  const { market } = startedMarket()
  const owner = account(market.state, 'buyer')
  const due = viewAccount(market.state, owner, START_MS + 400 * DAY_MS).machines[0]
  assert.equal(due?.storageDueInMs, 0)
  assert.equal(due?.runningDueInMs, 0)
})

test('a provider sees what the machines on its hosts make it, as in figure 32', () => {
  const { market, host } = startedMarket()
  const provider = account(market.state, host.owner)
  const view = viewAccount(market.state, provider, START_MS)
  assert.equal(view.balance, '1003.002016')
  assert.equal(view.incomePerDay, '0.1')
  assert.equal(view.incomePerSecond, '5.6e-7')
  assert.equal(view.costPerDay, '0')
  assert.equal(view.runwayDays, null)
})

test('only the legal actions have no reason against them', () => {
  const { market, machine } = startedMarket()
  const legal = actionsOf(market.state, market.machine(machine), null).filter(
    each => each.reason === null
  )
  assert.deepEqual(
    legal.map(each => each.action),
    ['stop', 'suspend', 'console', 'raise-limit', 'release', 'release-contract']
  )
})

test('while an operation is under way only looking and the ways out are possible', () => {
  const { market, machine } = startedMarket()
  const actions = actionsOf(market.state, market.machine(machine), 'abc123')
  const legal = actions.filter(each => each.reason === null).map(each => each.action)
  assert.deepEqual(legal, ['console', 'raise-limit', 'release', 'release-contract'])
  assert.match(actions.find(each => each.action === 'stop')?.reason ?? '', /abc123/)
})

test('a running machine is lost after two leases of silence, and the reason says how many are missing', () => {
  const { market, machine } = startedMarket()
  const reason = (): string | null =>
    actionsOf(market.state, market.machine(machine), null).find(
      each => each.action === 'declare-lost'
    )?.reason ?? null
  const { leaseMs } = market.state.genesis.parameters
  market.after(leaseMs)
  market.after(leaseMs - 1)
  assert.match(reason() ?? '', /lost after 1 s more of silence/)
  market.after(1)
  assert.equal(reason(), null)
})

function account(state: Parameters<typeof viewAccount>[0], id: string) {
  const record = state.account(id)
  assert.ok(record !== undefined)
  return record
}
