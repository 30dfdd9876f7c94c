/** Who coordinates when: votes are counted, sets stay on, members go early, bonds and fees come home. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feesEarned, parseDollars } from '../../../ledger/index.ts'
import { doubleVote, Electorate, FOUNDERS, keyOf } from './electorate.ts'

const BOND = parseDollars('100')
const GRANT = parseDollars('1000')
const ALL = 0b1111

/** Two epochs on, so that the grants of the first have a vote. */
function grownUp(
  candidates: readonly string[],
  options: ConstructorParameters<typeof Electorate>[0] = {}
): Electorate {
  const electorate = new Electorate(options)
  electorate.open(...candidates, 'voter')
  electorate.nextEpoch()
  electorate.nextEpoch()
  for (const name of candidates) assert.equal(electorate.stand(name), null)
  return electorate
}

test('whoever the votes choose coordinates the next epoch, in the order of the count', () => {
  const electorate = grownUp(['anna', 'bert', 'carl', 'dora', 'emil'])
  electorate.vote('voter', 'dora', 'carl', 'bert', 'anna')
  electorate.vote('emil', 'emil')
  assert.deepEqual(electorate.nextEpoch(), ['anna', 'emil', 'bert', 'carl'])
  const { members, runnersUp } = electorate.state.epoch
  assert.equal(members[0]?.key, keyOf('anna'))
  assert.deepEqual(
    runnersUp.map(({ name }) => name),
    ['dora']
  )
})

test('a set has 1, 4 or 7 members: the most that those who were chosen can fill, and no more than the genesis says', () => {
  const sizes = [1, 3, 4, 6, 7, 9].map(count => {
    const names = Array.from({ length: count }, (_, at) => `cand${at}`)
    const electorate = grownUp(names)
    electorate.vote('voter', ...names)
    return electorate.nextEpoch().length
  })
  assert.deepEqual(sizes, [1, 1, 4, 4, 7, 7])
  const names = Array.from({ length: 7 }, (_, at) => `cand${at}`)
  const small = grownUp(names, { sizeMax: 4 })
  small.vote('voter', ...names)
  assert.equal(small.nextEpoch().length, 4)
})

test('without ballots, or with ballots for those who withdrew, the set stays on', () => {
  const electorate = grownUp(['anna'])
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
  electorate.vote('voter', 'anna')
  electorate.withdraw('anna')
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
})

test('votes are counted by the balance at the end of one block: later ones are too late', () => {
  const electorate = grownUp(['anna'])
  const { startHeight } = electorate.state.epoch
  while (electorate.state.height < startHeight + 7) electorate.nextBlock()
  electorate.vote('voter', 'anna')
  electorate.nextBlock()
  assert.deepEqual(
    electorate.state.epoch.elected?.members.map(({ name }) => name),
    ['anna']
  )
  const late = grownUp(['anna'])
  while (late.state.epoch.elected === null) late.nextBlock()
  late.vote('voter', 'anna')
  assert.deepEqual(late.nextEpoch(), [...FOUNDERS])
})

test('money that was issued has a vote after two epochs', () => {
  const electorate = new Electorate()
  electorate.open('anna', 'voter')
  electorate.stand('anna')
  electorate.vote('voter', 'anna')
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
})

test('what is issued to an old account in two epochs running counts in neither', () => {
  const electorate = new Electorate({ turnoutPercent: 0 })
  electorate.open('anna', 'bert', 'old', 'mint')
  electorate.nextEpoch()
  electorate.nextEpoch()
  electorate.stand('anna')
  electorate.stand('bert')
  electorate.vote('anna', 'anna')
  electorate.vote('old', 'bert')
  // Anna has 900 of her own; old has 1,000, and 1,000 more of which nothing counts.
  electorate.market.setBalance('old', parseDollars('800'), 'mint')
  const amount = parseDollars('500')
  electorate.market.by('mint', { type: 'issue', to: 'old', amount })
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
  electorate.market.by('mint', { type: 'issue', to: 'old', amount })
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
  assert.deepEqual(electorate.nextEpoch(), ['bert'])
})

test('a tenth of the money that could vote is enough, a picodollar less is not', () => {
  for (const [missing, expected] of [
    [0n, ['anna']],
    [1n, [...FOUNDERS]]
  ] as const) {
    const electorate = grownUp(['anna'])
    // Two accounts were granted 2,000 in all.
    electorate.market.setBalance('voter', parseDollars('200') - missing, 'anna')
    electorate.vote('voter', 'anna')
    assert.deepEqual(electorate.nextEpoch(), expected)
  }
})

test('too few votes keep a set on three times, and no longer', () => {
  const electorate = grownUp(['anna'])
  electorate.market.setBalance('voter', 1n, 'anna')
  electorate.vote('voter', 'anna')
  for (const held of [1, 2, 3]) {
    assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
    assert.equal(electorate.state.epoch.held, held)
  }
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
  assert.equal(electorate.state.epoch.held, 0)
})

test('after many epochs without a vote a crumb is as little as ever', () => {
  const electorate = grownUp(['anna'])
  for (let epoch = 0; epoch < 5; epoch++) electorate.nextEpoch()
  electorate.market.setBalance('voter', 1n, 'anna')
  electorate.vote('voter', 'anna')
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
  electorate.vote('voter')
  electorate.nextEpoch()
  assert.equal(electorate.state.epoch.held, 0)
})

test('a member that contradicted itself goes after 20 blocks, and the first runner-up who stands takes its place', () => {
  const electorate = grownUp(['anna', 'bert', 'carl', 'dora', 'emil', 'fred'], {
    epochBlocks: 100
  })
  electorate.vote('voter', 'anna', 'bert', 'carl', 'dora', 'emil', 'fred')
  assert.deepEqual(electorate.nextEpoch(), ['anna', 'bert', 'carl', 'dora'])
  electorate.withdraw('emil')
  assert.equal(electorate.accuse('voter', ...doubleVote('bert')), null)
  const { height, epoch } = electorate.state
  assert.equal(epoch.endHeight, height + 20)
  assert.deepEqual(electorate.nextEpoch(), ['anna', 'fred', 'carl', 'dora'])
  assert.equal(electorate.state.epoch.startHeight, height + 20)
})

test('who is chosen and then caught never begins, and the epoch takes no shorter', () => {
  const electorate = grownUp(['anna', 'bert', 'carl', 'dora', 'emil'])
  electorate.vote('voter', 'anna', 'bert', 'carl', 'dora', 'emil')
  while (electorate.state.epoch.elected === null) electorate.nextBlock()
  const { endHeight } = electorate.state.epoch
  assert.equal(electorate.accuse('voter', ...doubleVote('anna')), null)
  assert.equal(electorate.state.epoch.endHeight, endHeight)
  assert.deepEqual(electorate.nextEpoch(), ['emil', 'bert', 'carl', 'dora'])
})

test('where nobody can take its place a member keeps its seat, barred as it is', () => {
  const electorate = new Electorate()
  electorate.open('voter')
  assert.equal(electorate.accuse('voter', ...doubleVote('f1')), null)
  assert.equal(electorate.state.epoch.endHeight, null)
  assert.deepEqual(electorate.nextEpoch(), [...FOUNDERS])
})

test('two members that are caught at once are both replaced', () => {
  const names = ['anna', 'bert', 'carl', 'dora', 'emil', 'fred']
  const electorate = grownUp(names, { epochBlocks: 100 })
  electorate.vote('voter', ...names)
  electorate.nextEpoch()
  electorate.accuse('voter', ...doubleVote('anna'))
  electorate.accuse('voter', ...doubleVote('carl'))
  assert.deepEqual(electorate.nextEpoch(), ['emil', 'bert', 'fred', 'dora'])
})

test('a member in fewer than a tenth of the certificates is replaced and keeps its bond; in a tenth it stays', () => {
  for (const [heard, expected] of [
    [2, ['anna', 'bert', 'carl', 'dora']],
    [1, ['anna', 'emil', 'carl', 'dora']]
  ] as const) {
    const names = ['anna', 'bert', 'carl', 'dora', 'emil']
    const electorate = grownUp(names, { epochBlocks: 100 })
    electorate.vote('voter', ...names)
    electorate.nextEpoch()
    const bonded = electorate.market.balance('bert')
    electorate.nextBlock()
    for (let view = 0; view < 20; view++) electorate.nextBlock(view < heard ? ALL : 0b1101)
    assert.equal(electorate.state.epoch.endHeight !== null, heard === 1)
    assert.deepEqual(electorate.nextEpoch(), expected)
    assert.equal(electorate.market.balance('bert'), bonded)
    assert.equal(electorate.state.candidate('bert')?.bond, BOND)
  }
})

test('who served has the bond back two epochs after the term', () => {
  const electorate = grownUp(['anna', 'bert'])
  electorate.vote('voter', 'anna')
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
  electorate.withdraw('anna')
  electorate.vote('voter', 'bert')
  assert.deepEqual(electorate.nextEpoch(), ['bert'])
  assert.equal(electorate.state.candidate('anna')?.served, 3)
  const locked = (): boolean => electorate.market.balance('anna') === GRANT - BOND
  electorate.nextEpoch()
  assert.ok(locked())
  assert.equal(electorate.accuse('nobody', ...doubleVote('anna'))?.code, 'INVALID_SIGNER')
  electorate.nextEpoch()
  assert.ok(!locked())
  assert.equal(electorate.market.balance('anna'), GRANT)
})

test('who is chosen and withdraws before the term serves it all the same, with its bond', () => {
  const electorate = grownUp(['anna'])
  electorate.vote('voter', 'anna')
  while (electorate.state.epoch.elected === null) electorate.nextBlock()
  electorate.withdraw('anna')
  assert.deepEqual(electorate.nextEpoch(), ['anna'])
  assert.equal(electorate.state.candidate('anna')?.status, 'withdrawn')
  assert.equal(electorate.market.balance('anna'), GRANT - BOND)
})

test('the fees of an epoch are its members’: those who come later share later ones', () => {
  const electorate = new Electorate({}, ['f1'])
  electorate.open('anna', 'voter')
  electorate.nextEpoch()
  electorate.nextEpoch()
  electorate.stand('anna')
  electorate.vote('voter', 'anna')
  pay(electorate, 10n)
  electorate.nextEpoch()
  pay(electorate, 7n)
  assert.equal(feesEarned(electorate.state, keyOf('f1')), 10n)
  assert.equal(feesEarned(electorate.state, keyOf('anna')), 7n)
  assert.equal(feesEarned(electorate.state, keyOf('voter')), 0n)
})

test('what does not divide among the members goes over to the next epoch', () => {
  const electorate = new Electorate()
  electorate.open('voter')
  pay(electorate, 7n)
  electorate.nextEpoch()
  assert.deepEqual(
    FOUNDERS.map(name => feesEarned(electorate.state, keyOf(name))),
    [1n, 1n, 1n, 1n]
  )
  pay(electorate, 1n)
  assert.equal(feesEarned(electorate.state, keyOf('f1')), 2n)
})

function pay({ state }: Electorate, amount: bigint): void {
  const payer = state.account('voter')
  assert.ok(payer)
  state.putAccount({ ...payer, balance: payer.balance - amount })
  state.takeFee(amount)
}
