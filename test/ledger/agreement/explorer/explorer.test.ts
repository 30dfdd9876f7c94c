/**
 * All that can happen to three honest coordinators beside one liar in three views, or in fewer where it says so.
 *
 * What runs is the coordinators' own machine. A world is the state of three members and the set of messages on the
 * way; a step is one letter (see `letters.ts`) that comes to one member. What is not explored:
 * - Views beyond the bound, transactions (all blocks are empty) and a second time out of one view, which only repeats.
 * - Crashes, but where it says so: there the power of each may fail once, after any step or in it before the write.
 * - Waiting: a leader proposes as soon as it may. Time is the same for all, but for the timers that ring at will.
 * - Votes that come one by one: fewer than a quorum's move no rule, so they come with those that complete it. A body
 *   comes as soon as it is asked for.
 * - The liar's second block on a parent before anybody has voted for its first: the two differ by name only.
 * Loss, delay, repetition and order of messages need no step of their own: a letter may come at any time, or never.
 * States that go on alike are one (`core.ts`), as are networks in which the same can come yet (`network.ts`);
 * `walks.test.ts` holds whole states against them. All keys are toys: who cannot sign is told apart by a hash.
 * Three views are seen whole, two million worlds for the four liars together, in about half a minute of one core, under 350 MB.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore, type Found } from './explore.ts'
import { anyHarmIn } from './harm.ts'
import { report, WORLDS_MAX } from './report.ts'
import { LIES, sound } from './setting.ts'

const SOUND = { worldsMax: WORLDS_MAX, judge: anyHarmIn, deadEnds: true }

function assertSound(found: Found): void {
  assert.deepEqual([found.harm, found.whole], [null, true])
}

/** Final somewhere in each: the liar's two blocks on the genesis, and a block of every view. */
for (const { liar, finals } of [
  { liar: 0, finals: ['1a', '2a', '3a'] },
  { liar: 1, finals: ['1a', '1b', '2a', '3a'] },
  { liar: 2, finals: ['1a', '2a', '2b', '3a'] },
  { liar: 3, finals: ['1a', '2a', '3a', '3b'] }
]) {
  test(`in three views nothing that member ${liar} can say forks the ledger of the others`, t => {
    const found = explore(sound(liar, 3), SOUND)
    report(t, found)
    assertSound(found)
    assert.deepEqual(
      finals.filter(name => !found.finals.has(name)),
      []
    )
  })
}

test('in two views no lie that a rule refuses helps member 1 either', t => {
  const found = explore(sound(1, 2, new Set(LIES)), SOUND)
  report(t, found)
  assertSound(found)
})

for (const { liar, views } of [
  { liar: 1, views: 1 },
  { liar: 0, views: 2 }
]) {
  test(`one failure of the power of each other is no help to member ${liar} within ${views} views`, t => {
    const found = explore({ ...sound(liar, views), crashes: 1 }, SOUND)
    report(t, found)
    assertSound(found)
  })
}
