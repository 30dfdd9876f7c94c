import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type MoveRun, simulateMove } from './judge-move.ts'
import { DESTINATIONS, ORIGINS } from './move-world.ts'
import { MOVE_MUTANTS, type MoveMutant } from './mutants.ts'

const MAIN = join(dirname(fileURLToPath(import.meta.url)), 'main.js')

/** A seed that shows what each rule is there for; all of them were found from seed 1 upwards. */
const CATCHING: Readonly<Record<MoveMutant, number>> = {
  verifies: 34,
  checksManifest: 10,
  installs: 1,
  persists: 90,
  discards: 10,
  waitsForLedger: 1,
  trustsOnlyLedger: 69,
  asksReceipt: 11,
  knowsSigners: 11,
  checksWord: 243,
  hasDeadline: 4,
  hasHardLimit: 36,
  settlesOnce: 1,
  countsVersions: 1
}
const FROM = 10_000
const SEEDS = 600

test(`every property holds in the moves of seeds ${FROM} to ${FROM + SEEDS - 1}`, () => {
  const runs = Array.from({ length: SEEDS }, (_, nth) => simulateMove(FROM + nth, null))
  for (const { seed, violation } of runs) assert.equal(violation, null, `seed ${seed}`)
  const moved = runs.filter(run => run.moved)
  assert.ok(moved.length > 50 && moved.length < SEEDS - 50, `${moved.length} of ${SEEDS} arrived`)
  for (const kind of ORIGINS)
    assert.ok(
      runs.some(({ origin }) => origin === kind),
      kind
    )
  for (const kind of DESTINATIONS) {
    assert.ok(
      runs.some(({ destination }) => destination === kind),
      kind
    )
  }
  const lied = moved.filter(
    ({ origin, destination }) => origin !== 'honest' || destination !== 'honest'
  )
  const isVouched = (run: MoveRun): boolean =>
    run.vouched && run.origin === 'withholds the receipt' && run.destination === 'honest'
  const unvouched = lied.filter(run => !isVouched(run))
  assert.deepEqual(unvouched, [], 'nobody who lies brings a machine to move')
  assert.ok(lied.some(isVouched), 'an owner vouched where the origin withheld its receipt')
  const late = runs.filter(run => run.signedLate)
  assert.ok(late.length > 5, `the origin signed when it was asked again in ${late.length}`)
  const vouched = runs.filter(run => run.vouched)
  assert.ok(vouched.length > 5, `the owner vouched in ${vouched.length} of ${SEEDS}`)
})

for (const mutant of MOVE_MUTANTS) {
  test(`without the rule ${mutant} a property is violated, in seed ${CATCHING[mutant]}`, () => {
    assert.notEqual(simulateMove(CATCHING[mutant], mutant).violation, null)
    assert.equal(simulateMove(CATCHING[mutant], null).violation, null, 'with the rule it holds')
  })
}

test('a seed tells the whole run', () => {
  for (let seed = 1; seed <= 20; seed++) {
    assert.equal(simulateMove(seed, null).trace, simulateMove(seed, null).trace)
  }
  assert.notEqual(simulateMove(1, null).trace, simulateMove(2, null).trace)
})

function ran(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, '--moves', ...words], { encoding: 'utf8' })
}

test('the program says by its exit whether a property was violated, and how to see it again', () => {
  assert.equal(ran('--seeds', '5').status, 0)
  const caught = ran('--seeds', '1', '--from', '36', '--mutant', 'hasHardLimit')
  assert.equal(caught.status, 3)
  assert.match(caught.stdout, /VIOLATED in seed 36: nobody waits for ever/)
  assert.match(
    caught.stdout,
    /again: npm run simulate -- --moves --seeds 1 --from 36 --mutant hasHardLimit/
  )
  for (const words of [['--seeds', '0'], ['--mutant', 'none'], ['--what']]) {
    assert.equal(ran(...words).status, 2, words.join(' '))
  }
  assert.deepEqual(ran('--list-mutants').stdout.trim().split('\n'), [...MOVE_MUTANTS])
})
