/** Each rule in turn is switched off in the explored machines: the harm has to show, or it is said why it cannot. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_RULES } from '../../../../ledger/index.ts'
import { explore, type Move } from './explore.ts'
import { anyHarmIn, forkIn } from './harm.ts'
import { FORK, forgetful, REACHED, UNREACHED } from './mutants.ts'
import { Play } from './play.ts'
import { report, WORLDS_MAX } from './report.ts'
import { sound, without } from './setting.ts'
import { Town } from './town.ts'

for (const { rule, liar, views, crashes = 0, judge, harm } of REACHED) {
  test(`without ${rule} member ${liar} does harm within ${views} views, and it is no ghost`, t => {
    const setting = { ...without(rule, liar, views), crashes }
    const town = new Town()
    const found = explore(setting, { worldsMax: WORLDS_MAX, judge, deadEnds: true }, town)
    report(t, found)
    assert.match(found.harm?.what ?? 'no harm', harm)
    const moves = found.harm?.moves ?? []
    t.diagnostic(`${found.harm?.what}: ${moves.map(told).join('; ')}`)
    const play = new Play(setting, town)
    for (const { member, letter } of moves) play.take(member, letter)
    assert.match(judge(play.finals, play.network, play.letters) ?? play.stuck() ?? 'no harm', harm)
  })
}

for (const [rule, crash] of [
  ['rememberVotes', 'the power fails'],
  ['persistFirst', 'the power fails before the write']
] as const) {
  test(`a NULLIFY that is forgotten without ${rule} forks the ledger`, () => {
    const play = new Play({ ...without(rule, 2, 2), crashes: 1 }, new Town())
    for (const { member, letter } of forgetful(crash)) play.take(member, letter)
    assert.match(forkIn(play.finals, play.network, play.letters) ?? 'no harm', FORK)
  })
}

test('a NULLIFY that the disk remembers cannot be followed to that fork', () => {
  const play = new Play({ ...sound(2, 2), crashes: 1 }, new Town())
  assert.throws(() => {
    for (const { member, letter } of forgetful('the power fails')) play.take(member, letter)
  }, /cannot come to member/)
  assert.equal(anyHarmIn(play.finals, play.network, play.letters), null)
})

test('a rule is either shown to be needed, or it is said why it cannot be shown here', t => {
  const all = [...REACHED.map(({ rule }) => rule), ...UNREACHED.keys()]
  assert.deepEqual(all.sort(), Object.keys(ALL_RULES).sort())
  for (const [rule, why] of UNREACHED) t.diagnostic(`${rule} is out of reach: ${why}`)
})

test('no NULLIFY after FINALIZE is so without the rule for it', () => {
  const [obeyed, switchedOff] = [sound(2, 2), without('noNullifyAfterFinalize', 2, 2)].map(
    setting => explore(setting, { worldsMax: WORLDS_MAX, judge: anyHarmIn, deadEnds: true })
  )
  assert.equal(obeyed?.whole, true)
  assert.deepEqual(switchedOff, obeyed)
})

function told({ member, letter }: Move): string {
  return `${member}: ${letter}`
}
