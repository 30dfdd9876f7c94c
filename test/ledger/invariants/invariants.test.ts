import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkInvariants, checkStep, type Invariant } from '../../../ledger/index.ts'
import { candidate } from '../../support/election-samples.ts'
import type { NaiveState } from '../../support/naive-state.ts'
import {
  DAY_MS,
  movingMarket,
  registeredMarket,
  startedMarket,
  storedMarket
} from '../apply/market.ts'

test('every invariant holds in a busy market and shows its figure', () => {
  const { market, machine, destination } = movingMarket()
  assert.equal(market.openMove(machine, destination), null)
  const invariants = checkInvariants(market.state)
  assert.equal(invariants.length, 11)
  for (const { ok } of invariants) assert.equal(ok, true)
  assert.equal(
    figure(invariants, 'balances + escrows + bonds + fees + burned = issued'),
    '2997 + 3 + 0 + 0 + 0 = 3000 dollars'
  )
  assert.equal(figure(invariants, 'migrating = an open move'), '1 open moves')
})

const WHOLE = 'coordinators and candidates are whole'

/** What each lie does to a state in which all is well, and which invariant finds it out. */
const LIES: readonly [string, string, (state: NaiveState) => void][] = [
  [
    'money from nowhere',
    'balances + escrows + bonds + fees + burned = issued',
    state => {
      const [account] = state.accounts()
      if (account !== undefined) state.putAccount({ ...account, balance: account.balance + 1n })
    }
  ],
  [
    'a debt',
    'no balance is negative',
    state => {
      const [account] = state.accounts()
      if (account !== undefined) state.putAccount({ ...account, balance: -1n })
    }
  ],
  [
    'one name for two',
    'user names are unique',
    state => {
      const [account] = state.accounts()
      if (account !== undefined) state.putAccount({ ...account, id: 'twin', balance: 0n })
    }
  ],
  [
    'room reserved for nobody',
    'reserved = contracts + open moves + copies',
    state => {
      const [host] = state.hosts()
      if (host !== undefined) {
        state.putHost({ ...host, reserved: { ...host.reserved, speed: host.reserved.speed + 1 } })
      }
    }
  ],
  [
    'an overbooked host',
    'no host is overbooked',
    state => {
      const [host] = state.hosts()
      if (host !== undefined) {
        state.putHost({ ...host, totals: { ...host.totals, memoryMb: host.reserved.memoryMb - 1 } })
      }
    }
  ],
  [
    'a holder without the contract',
    'one holder per machine',
    state => {
      const [machine] = state.machines()
      if (machine !== undefined) state.putMachine({ ...machine, holder: 'another host' })
    }
  ],
  [
    'a contract before anything is stored',
    'one holder per machine',
    state => {
      const [machine] = state.machines()
      if (machine !== undefined) state.putMachine({ ...machine, state: 'registered', version: 0 })
    }
  ],
  [
    'a machine that runs and neither pays nor is halted',
    'one holder per machine',
    state => {
      const [machine] = state.machines()
      if (machine !== undefined) state.putMachine({ ...machine, state: 'started' })
    }
  ],
  [
    'a clock without its due',
    'every clock has its due',
    state => {
      for (const due of state.dues()) state.unschedule(due)
    }
  ],
  [
    'a due without its clock',
    'every clock has its due',
    state => {
      state.schedule({ atMs: state.timeMs + DAY_MS, machine: 'none', kind: 'storage' })
    }
  ],
  [
    'a bond that nobody paid',
    'balances + escrows + bonds + fees + burned = issued',
    state => state.putCandidate({ ...candidate, bond: 1n })
  ],
  [
    'a candidate without its bond',
    WHOLE,
    state => state.putCandidate({ ...candidate, bond: 1n, status: 'standing' })
  ],
  [
    'a barred candidate with a bond',
    WHOLE,
    state => state.putCandidate({ ...candidate, status: 'barred' })
  ],
  [
    'a candidate with a barred key',
    WHOLE,
    state => {
      state.putCandidate({ ...candidate, bond: 0n })
      state.bar(candidate.key)
    }
  ],
  ['a ballot of nobody', WHOLE, state => state.putBallot({ voter: 'nobody', candidates: [] })],
  [
    'one member with two seats',
    WHOLE,
    state => {
      const { epoch } = state
      state.putEpoch({ ...epoch, members: [...epoch.members, ...epoch.members] })
    }
  ],
  [
    'an epoch that ends with nobody to come',
    WHOLE,
    state => state.putEpoch({ ...state.epoch, endHeight: state.height + 1 })
  ],
  [
    'an epoch that should have ended',
    WHOLE,
    state => {
      const { members, runnersUp } = state.epoch
      const elected = { members, runnersUp }
      state.putEpoch({ ...state.epoch, elected, endHeight: state.height - 1 })
    }
  ],
  [
    'a machine that moves to nowhere',
    'migrating = an open move',
    state => {
      const [machine] = state.machines()
      if (machine !== undefined) state.putMachine({ ...machine, state: 'migrating' })
    }
  ]
]

for (const [lie, invariant, tell] of LIES)
  test(`${lie} is found out`, () => {
    const { market } = storedMarket()
    const state = market.state.clone()
    tell(state)
    const broken = checkInvariants(state).filter(({ ok }) => !ok)
    assert.ok(
      broken.some(({ name }) => name === invariant),
      `found only ${JSON.stringify(broken)}`
    )
    assert.ok(broken.every(({ figure: shown }) => shown !== ''))
  })

test('a due that was not brought about in time is found out', () => {
  const { market } = startedMarket()
  const late = market.state.draftOf(market.state.height + 1, market.state.timeMs + 31 * DAY_MS)
  const broken = checkInvariants(late).filter(({ ok }) => !ok)
  assert.deepEqual(
    broken.map(({ name }) => name),
    ['every clock has its due', 'every host that is heard has its turn']
  )
})

test('what may only grow is found out when it shrinks', () => {
  const { market, machine } = storedMarket()
  const before = market.state.clone()
  assert.ok(checkStep(before, market.state).every(({ ok }) => ok))
  const { state } = market
  const record = market.machine(machine)
  const [account] = state.accounts()
  const [host] = state.hosts()
  assert.ok(account !== undefined && host !== undefined)
  state.putMachine({ ...record, version: record.version - 1 })
  state.putAccount({ ...account, nonce: account.nonce - 1 })
  state.putHost({ ...host, totals: { ...host.totals, storageMb: host.totals.storageMb + 1 } })
  const broken = checkStep(before, state).filter(({ ok }) => !ok)
  assert.deepEqual(
    broken.map(({ name }) => name),
    ['nonces only grow', 'versions and order sequences only grow', 'totals of hosts are locked']
  )
})

test('a machine that is gone breaks nothing', () => {
  const { market, machine } = registeredMarket()
  const before = market.state.clone()
  assert.equal(market.by('buyer', { type: 'discard-machine', machine }), null)
  assert.ok(checkStep(before, market.state).every(({ ok }) => ok))
})

function figure(invariants: readonly Invariant[], name: string): string | undefined {
  return invariants.find(invariant => invariant.name === name)?.figure
}

test('an epoch that goes back, and members that change inside one, are found out', () => {
  const { market } = storedMarket()
  const later = market.state.clone()
  const { epoch } = later
  later.putEpoch({ ...epoch, epoch: 1 })
  const broken = (before: NaiveState, after: NaiveState): string[] =>
    checkStep(before, after)
      .filter(({ ok }) => !ok)
      .map(({ figure: shown }) => shown)
  assert.deepEqual(broken(market.state, later), [])
  assert.deepEqual(broken(later, market.state), ['epoch 0 after epoch 1'])
  const others = market.state.clone()
  others.putEpoch({ ...epoch, members: [{ name: 'eve', key: 'eve' }] })
  assert.deepEqual(broken(market.state, others), ['the members changed inside epoch 0'])
})
