/** Standing, withdrawing, voting, telling on somebody: what is taken, what is refused, where the money goes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDollars, type RejectionCode } from '../../../ledger/index.ts'
import { Market, signatureOf } from '../apply/market.ts'
import { doubleVote, Electorate, FOUNDERS, keyOf, voteOf } from './electorate.ts'

const BOND = parseDollars('100')
const GRANT = parseDollars('1000')

function withCandidates(...names: readonly string[]): Electorate {
  const electorate = new Electorate()
  electorate.open(...names)
  for (const name of names) assert.equal(electorate.stand(name), null)
  return electorate
}

test('a candidate locks its bond up and has it back at once if it never served', () => {
  const electorate = withCandidates('anna')
  assert.equal(electorate.market.balance('anna'), GRANT - BOND)
  assert.equal(electorate.state.candidate('anna')?.bond, BOND)
  assert.equal(electorate.withdraw('anna'), null)
  assert.equal(electorate.market.balance('anna'), GRANT)
  assert.equal(electorate.state.candidate('anna'), undefined)
})

test('a candidate with a picodollar less than the bond is refused, with exactly the bond it stands', () => {
  const electorate = new Electorate()
  electorate.open('anna', 'bert')
  electorate.market.setBalance('anna', BOND - 1n, 'bert')
  const refused = electorate.stand('anna')
  assert.equal(refused?.code, 'BOND_MISSING')
  assert.match(refused.message, /100 dollars/)
  electorate.market.setBalance('anna', BOND, 'bert')
  assert.equal(electorate.stand('anna'), null)
  assert.equal(electorate.market.balance('anna'), 0n)
})

test('standing again changes the addresses and costs no second bond', () => {
  const electorate = withCandidates('anna')
  const key = keyOf('anna')
  const addresses = ['/ip4/10.0.0.2/tcp/7144']
  const body = { type: 'stand', key, addresses, proof: signatureOf(key) } as const
  assert.equal(electorate.market.by('anna', body), null)
  assert.deepEqual(electorate.state.candidate('anna')?.addresses, addresses)
  assert.equal(electorate.market.balance('anna'), GRANT - BOND)
})

test('a key stands for one candidate, has signed for it, and is not changed while the bond is locked up', () => {
  const electorate = withCandidates('anna')
  electorate.open('bert')
  const forged = { type: 'stand', key: 'k', addresses: [], proof: 'forged' } as const
  assert.equal(electorate.stand('bert', keyOf('anna'))?.code, 'CANDIDATE_KEY_TAKEN')
  assert.equal(electorate.stand('anna', keyOf('bert'))?.code, 'CANDIDATE_KEY_FIXED')
  assert.equal(electorate.market.by('bert', forged)?.code, 'CANDIDATE_FORGED')
  assert.equal(electorate.withdraw('anna'), null)
  assert.equal(electorate.stand('bert', keyOf('anna')), null)
})

test('who is no candidate cannot withdraw', () => {
  const electorate = withCandidates('anna')
  electorate.open('bert')
  assert.equal(electorate.withdraw('bert')?.code, 'CANDIDATE_UNKNOWN')
  assert.equal(electorate.withdraw('anna'), null)
  assert.equal(electorate.withdraw('anna')?.code, 'CANDIDATE_UNKNOWN')
})

test('a ballot for a stranger is refused and says who it is; so is one that names somebody twice', () => {
  const electorate = withCandidates('anna')
  electorate.open('bert')
  const refused = electorate.vote('bert', 'anna', 'bert')
  assert.equal(refused?.code, 'BALLOT_STRANGER')
  assert.match(refused.message, /bert/)
  assert.equal(electorate.vote('bert', 'anna', 'anna')?.code, 'BALLOT_MALFORMED')
  assert.equal(electorate.state.ballot('bert'), undefined)
})

test('a ballot stands until it is changed, and an empty one takes it away', () => {
  const electorate = withCandidates('anna', 'bert')
  assert.equal(electorate.vote('anna', 'bert'), null)
  assert.equal(electorate.vote('anna', 'bert', 'anna'), null)
  assert.deepEqual(electorate.state.ballot('anna')?.candidates, ['bert', 'anna'])
  assert.equal(electorate.vote('anna'), null)
  assert.equal(electorate.state.ballot('anna'), undefined)
})

test('the issuer has no vote, and nobody else issues money', () => {
  const electorate = withCandidates('anna')
  electorate.open('mint')
  assert.equal(electorate.vote('mint', 'anna')?.code, 'BALLOT_ISSUER')
  const issue = (by: string, to: string, amount: bigint): RejectionCode | null =>
    electorate.market.by(by, { type: 'issue', to, amount })?.code ?? null
  assert.equal(issue('anna', 'anna', 1n), 'NOT_ISSUER')
  assert.equal(issue('mint', 'nobody', 1n), 'ACCOUNT_UNKNOWN')
  assert.equal(issue('mint', 'anna', 0n), 'AMOUNT_MALFORMED')
  const left = (1n << 120n) - electorate.state.issued
  assert.equal(issue('mint', 'anna', left + 1n), 'AMOUNT_MALFORMED')
  assert.equal(issue('mint', 'anna', left), null)
  assert.equal(electorate.market.balance('anna'), GRANT - BOND + left)
})

test('a candidate that contradicted itself loses its bond: half to the reporter, half to nobody', () => {
  const electorate = withCandidates('anna')
  electorate.open('bert')
  assert.equal(electorate.accuse('bert', ...doubleVote('anna')), null)
  assert.equal(electorate.market.balance('bert'), GRANT + BOND / 2n)
  assert.equal(electorate.state.burned, BOND / 2n)
  assert.equal(electorate.state.candidate('anna')?.status, 'barred')
  assert.equal(electorate.stand('anna')?.code, 'CANDIDATE_BARRED')
  assert.equal(electorate.stand('bert', keyOf('anna'))?.code, 'CANDIDATE_BARRED')
  assert.equal(electorate.accuse('bert', ...doubleVote('anna'))?.code, 'CANDIDATE_BARRED')
})

test('of a bond that does not halve the odd picodollar is burned', () => {
  const electorate = new Electorate({ bond: 3n })
  electorate.open('anna', 'bert')
  electorate.stand('anna')
  assert.equal(electorate.accuse('bert', ...doubleVote('anna')), null)
  assert.equal(electorate.market.balance('bert'), GRANT + 1n)
  assert.equal(electorate.state.burned, 2n)
})

test('evidence is two votes that no honest key signs both, by a key that matters, with good signatures', () => {
  const electorate = withCandidates('anna')
  electorate.open('bert', 'carl')
  const [first, second] = doubleVote('anna')
  const at = { epoch: 0, view: 3 }
  const finalize = voteOf('anna', { kind: 'finalize', ...at, block: 'one' })
  const nullify = voteOf('anna', { kind: 'nullify', ...at, block: null })
  const forged = { ...second, vote: { ...second.vote, signature: 'forged' } }
  const cases = [
    [first, first, 'EVIDENCE_MALFORMED'],
    [first, finalize, 'EVIDENCE_MALFORMED'],
    [first, nullify, 'EVIDENCE_MALFORMED'],
    [first, doubleVote('anna', 1)[1], 'EVIDENCE_MALFORMED'],
    [first, doubleVote('bert')[1], 'EVIDENCE_MALFORMED'],
    [...doubleVote('bert'), 'EVIDENCE_STRANGER'],
    [first, forged, 'EVIDENCE_FORGED'],
    [forged, first, 'EVIDENCE_FORGED']
  ] as const
  for (const [one, other, code] of cases) {
    assert.equal(electorate.accuse('carl', one, other)?.code, code)
  }
  assert.equal(electorate.accuse('carl', nullify, finalize), null)
})

test('a founder has no bond to lose, but is barred', () => {
  const electorate = new Electorate()
  electorate.open('anna')
  assert.equal(electorate.accuse('anna', ...doubleVote(FOUNDERS[0])), null)
  assert.equal(electorate.market.balance('anna'), GRANT)
  assert.equal(electorate.stand('anna', keyOf(FOUNDERS[0]))?.code, 'CANDIDATE_BARRED')
})

test('where the genesis asks for no elections, nobody stands, votes or tells', () => {
  const market = new Market()
  market.open('anna', 'buyer')
  const key = 'k'
  const [first, second] = doubleVote('one')
  const bodies = [
    { type: 'stand', key, addresses: [], proof: signatureOf(key) },
    { type: 'withdraw-candidacy' },
    { type: 'vote', candidates: [] },
    { type: 'evidence', evidence: { first, second } }
  ] as const
  for (const body of bodies) assert.equal(market.by('anna', body)?.code, 'NO_ELECTIONS', body.type)
})
