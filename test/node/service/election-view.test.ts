import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newsOf } from '../../../node/service/election-events.ts'
import { type Viewer, viewElection } from '../../../node/service/election-view.ts'
import { doubleVote, Electorate, FOUNDERS, keyOf } from '../../ledger/election/electorate.ts'

const NAMES = ['anna', 'bert', 'carl', 'dora', 'emil']

/** Connected to bert's node only. */
function viewer(nodeKey: string, account: string): Viewer {
  return { nodeKey, account, isConnected: key => key === keyOf('bert') }
}

/** Two epochs on, all five standing, and one ballot for all of them. */
function inElection(): Electorate {
  const electorate = new Electorate({ epochBlocks: 50 })
  electorate.open(...NAMES, 'voter')
  electorate.nextEpoch()
  electorate.nextEpoch()
  for (const name of NAMES) electorate.stand(name)
  electorate.vote('voter', ...NAMES)
  return electorate
}

test('before votes are counted a view shows what they would give, when that will be, and the own ballot', () => {
  const electorate = inElection()
  electorate.vote('anna', 'bert')
  const view = viewElection(electorate.state, viewer(keyOf('f1'), 'voter'))
  assert.equal(view.epoch, 2)
  assert.equal(view.terms?.tallyHeight, 100 + 47)
  assert.equal(view.terms.bond, '100')
  assert.deepEqual(view.tally, {
    cast: '1900',
    possible: '6000',
    enough: true,
    elected: { members: ['bert', 'anna', 'carl', 'dora'], runnersUp: ['emil'] }
  })
  assert.equal(view.next, null)
  assert.deepEqual(view.ballot, { candidates: NAMES, weight: '1000' })
  assert.deepEqual(
    view.candidates.map(({ name, approval, status }) => [name, approval, status]),
    [
      ['anna', '1000', 'standing'],
      ['bert', '1900', 'standing'],
      ['carl', '1000', 'standing'],
      ['dora', '1000', 'standing'],
      ['emil', '1000', 'standing']
    ]
  )
  assert.deepEqual(
    view.members.map(({ name, local }) => [name, local]),
    FOUNDERS.map(name => [name, name === 'f1'])
  )
})

test('afterwards it shows who comes next, and no count that means nothing any more', () => {
  const electorate = inElection()
  while (electorate.state.epoch.elected === null) electorate.nextBlock()
  const view = viewElection(electorate.state, viewer(keyOf('anna'), 'stranger'))
  assert.equal(view.tally, null)
  assert.equal(view.ballot, null)
  assert.equal(view.endHeight, 150)
  assert.deepEqual(view.next?.members, ['anna', 'bert', 'carl', 'dora'])
})

test('who withdrew is shown until when its bond is locked up, who was caught is barred without one', () => {
  const electorate = inElection()
  electorate.nextEpoch()
  electorate.withdraw('anna')
  electorate.accuse('voter', ...doubleVote('bert'))
  const { candidates } = viewElection(electorate.state, viewer(keyOf('anna'), 'anna'))
  assert.deepEqual(
    candidates
      .slice(0, 3)
      .map(({ status, bond, bondUntilEpoch }) => [status, bond, bondUntilEpoch]),
    [
      ['withdrawn', '100', 5],
      ['barred', '0', null],
      ['standing', '100', null]
    ]
  )
})

test('a view counts in how many certificates each member was seen', () => {
  const electorate = inElection()
  electorate.nextBlock(0b1111)
  electorate.nextBlock(0b1011)
  const { members } = viewElection(electorate.state, viewer(keyOf('f1'), 'voter'))
  assert.deepEqual(
    members.map(({ attendance }) => attendance?.signed),
    [2, 2, 1, 2]
  )
  assert.equal(members[0]?.attendance?.views, 2)
})

test('a view tells which candidates are there: those it is connected to, and itself', () => {
  const { candidates } = viewElection(inElection().state, viewer(keyOf('anna'), 'anna'))
  assert.deepEqual(
    candidates.filter(({ online }) => online).map(({ name }) => name),
    ['anna', 'bert']
  )
})

test('a network without elections shows its founders and nothing to vote on', () => {
  const { state } = new Electorate()
  const still = state.clone()
  Object.assign(still, {
    genesis: { ...state.genesis, parameters: { ...state.genesis.parameters, election: null } }
  })
  const view = viewElection(still, viewer(keyOf('f1'), 'voter'))
  assert.equal(view.terms, null)
  assert.equal(view.tally, null)
  assert.equal(view.members.length, 4)
})

test('a node tells when votes were counted and when a set takes over, each once, and what that is to itself', () => {
  const electorate = inElection()
  const told: string[] = []
  let before = electorate.state.epoch
  for (let block = 0; block < 60; block++) {
    electorate.nextBlock()
    // A light node decodes the record anew under each head.
    const state = { epoch: structuredClone(electorate.state.epoch) }
    const said = newsOf(before, state, keyOf('anna'))
    before = state.epoch
    if (said !== null) told.push(said)
  }
  assert.deepEqual(told, [
    'epoch 2 ends at block 150; anna, bert, carl, dora coordinate the next one',
    'epoch 3 begins with anna, bert, carl, dora as coordinators; this node is one of them now'
  ])
})
