import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './mutants.ts'
import { type SetSize, simulate } from './world.ts'

const MAIN = join(dirname(fileURLToPath(import.meta.url)), 'main.js')

/** A seed that shows what each rule is there for; all of them were found from seed 1 upwards. */
const CATCHING: Readonly<Record<string, number>> = {
  notarizeOnce: 3,
  noFinalizeAfterNullify: 1,
  finalizeNotarized: 2,
  nullifiedGap: 218,
  notarizedParent: 111,
  leaderProposes: 11,
  fullQuorum: 1,
  distinctSigners: 15,
  signatures: 14,
  execution: 2,
  timeBounds: 2,
  persistFirst: 16,
  rememberVotes: 1,
  heedDamage: 44,
  endEpochs: 1,
  votesOfEpoch: 2,
  quorumOfSet: 2,
  sealingApart: 14
}

const BUDGET: readonly {
  readonly members: SetSize
  readonly from: number
  readonly seeds: number
}[] = [
  { members: 1, from: 2_000, seeds: 6 },
  { members: 4, from: 2_000, seeds: 12 },
  { members: 7, from: 2_000, seeds: 4 }
]

for (const { members, from, seeds } of BUDGET) {
  test(`every property holds with ${members} coordinators on seeds ${from} to ${from + seeds - 1}`, () => {
    for (let seed = from; seed < from + seeds; seed++) {
      const { violation, blocks, transactions } = simulate({ seed, members })
      assert.deepEqual(violation, null, `seed ${seed}`)
      assert.ok(blocks > 5 && transactions > 5, `seed ${seed} did nothing worth a look`)
    }
  })
}

const OVER_EPOCHS: readonly { readonly members: SetSize; readonly seeds: number }[] = [
  { members: 1, seeds: 3 },
  { members: 4, seeds: 6 },
  { members: 7, seeds: 3 }
]

for (const { members, seeds } of OVER_EPOCHS) {
  const from = 3_000
  test(`sets of 1, 4 and 7 follow each other by votes, the first of ${members}: every property holds on seeds ${from} to ${from + seeds - 1}`, () => {
    const sizes = new Set<number>()
    for (let seed = from; seed < from + seeds; seed++) {
      const report = simulate({ seed, members, epochs: true })
      assert.deepEqual(report.violation, null, `seed ${seed}`)
      assert.ok(report.handOvers > 1, `seed ${seed} handed over ${report.handOvers} times`)
      for (const size of report.sizes) sizes.add(size)
    }
    assert.ok(sizes.size > 1, `all sets were of ${[...sizes].join()}`)
  })
}

const LOSSES: readonly {
  readonly members: SetSize
  readonly epochs: boolean
  readonly seeds: number
}[] = [
  { members: 4, epochs: false, seeds: 8 },
  { members: 7, epochs: false, seeds: 4 },
  { members: 4, epochs: true, seeds: 3 }
]

for (const { members, epochs, seeds } of LOSSES) {
  const from = 4_001
  const over = epochs ? ' over epochs' : ''
  test(`one of ${members} loses its store and comes back by snapshots${over}: every property holds on seeds ${from} to ${from + seeds - 1}`, () => {
    let snapshots = 0
    for (let seed = from; seed < from + seeds; seed++) {
      const report = simulate({ seed, members, epochs, losses: true })
      assert.deepEqual(report.violation, null, `seed ${seed}`)
      snapshots += report.snapshots
    }
    assert.ok(snapshots > 0, 'nobody ever lost its store')
  })
}

test('there is a seed for each mutant, and for nothing else', () => {
  assert.deepEqual(Object.keys(CATCHING).sort(), [...MUTANTS.keys()].sort())
  assert.ok(MUTANTS.size >= 10)
})

for (const [name, mutant] of MUTANTS) {
  const seed = CATCHING[name] ?? 0
  test(`without ${name} the simulation sees harm in seed ${seed}`, () => {
    const { epochs } = mutant
    assert.notEqual(simulate({ seed, members: 4, mutant, epochs }).violation, null)
  })
}

test('the seeds that catch mutants are harmless to coordinators with all their rules', () => {
  for (const [name, seed] of Object.entries(CATCHING)) {
    const epochs = MUTANTS.get(name)?.epochs ?? false
    assert.deepEqual(simulate({ seed, members: 4, epochs }).violation, null, `seed ${seed}`)
  }
})

test('a seed that is run again gives the same trace, another seed another one', () => {
  const [first, again, other] = [7, 7, 8].map(seed => simulate({ seed, members: 4 }).trace)
  assert.equal(again, first)
  assert.notEqual(other, first)
})

test('the command ends with 0 where every property held and tells what it ran', () => {
  const { status, stdout } = run('--seeds', '1', '--from', '10', '--coordinators', '4', '--json')
  assert.equal(status, 0)
  const [report, summary] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  assert.equal(report?.['seed'], 10)
  assert.equal(report?.['violation'], null)
  assert.deepEqual([summary?.['mutant'], summary?.['members']], ['none', 4])
})

test('the command ends with 3 where a property was violated and names it with its seed', () => {
  const seed = CATCHING['fullQuorum'] ?? 0
  const { status, stdout } = run('--seeds', '1', '--from', String(seed), '--mutant', 'fullQuorum')
  assert.equal(status, 3)
  assert.match(stdout, new RegExp(`VIOLATED in seed ${seed}: [a-z ]+: `))
  assert.match(stdout, new RegExp(`again: npm run simulate -- --seeds 1 --from ${seed} `))
})

test('the command lists its mutants, one a line', () => {
  const { status, stdout } = run('--list-mutants')
  assert.equal(status, 0)
  assert.deepEqual(stdout.trim().split('\n'), [...MUTANTS.keys()])
})

for (const words of [
  ['--seeds', '0'],
  ['--seeds', 'x'],
  ['--seeds'],
  ['--from', '-1'],
  ['--coordinators', '5'],
  ['--mutant', 'nobody'],
  ['--what']
]) {
  test(`the command refuses "${words.join(' ')}" with 2 and says how it is used`, () => {
    const { status, stderr } = run(...words)
    assert.equal(status, 2)
    assert.match(stderr, /^simulate: .+\nusage: /)
  })
}

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' })
}
