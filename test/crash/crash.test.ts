import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { whyNoQemu } from '../support/debian-mini.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type CrashStep, CrashTable, nameOfStep, ROLES } from './crash-table.ts'

/**
 * The whole table on real machines is `npm run crash`; here are some of its rows, others in every run. In CI each role
 * dies at every step on the fake driver, which takes minutes that nobody waits for.
 */
const IS_CI = process.env['CI'] !== undefined
const ROWS = { fake: IS_CI ? Infinity : 4, qemu: 3 } as const
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Date.now() / 1000) % 1_000_000)

for (const kind of ['fake', 'qemu'] as const) {
  const skip = kind === 'qemu' ? ((await whyNoQemu()) ?? false) : false
  describe(`processes that die before an effect of a move (${kind}, CRASH_SEED=${SEED})`, {
    skip
  }, () => {
    let table: CrashTable
    let steps: readonly CrashStep[] = []
    let drawn: readonly CrashStep[] = []
    before(async () => {
      table = await CrashTable.open(kind)
      steps = await table.steps()
      drawn = seededRandom(SEED).shuffled(steps).slice(0, ROWS[kind])
    })
    after(() => table.close())

    test('the steps of a move are the effects of its machines', () => {
      const names = steps.map(nameOfStep)
      for (const name of ['destination install', 'destination persist (2)', 'origin sign-receipt'])
        assert.ok(names.includes(name), `${name} is none of ${names.join(', ')}`)
    })

    for (const role of ROLES) {
      test(`the ${role} dies: one copy runs, its version has not gone back, and nothing lies about`, async () => {
        for (const step of drawn.filter(({ victim }) => victim === role)) {
          const row = await table.crash(step, { asItLeft: drawn.indexOf(step) % 2 === 1 })
          assert.deepEqual(
            row.wrongs,
            [],
            `${nameOfStep(step)} with CRASH_SEED=${SEED}: ${row.outcome}`
          )
        }
      })
    }
  })
}
