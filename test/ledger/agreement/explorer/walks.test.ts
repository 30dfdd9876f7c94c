/** What the explorer leaves out of a state must not matter: whole machines walk beside its tables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SeededRandom, seededRandom } from '../../../support/seeded-random.ts'
import { digestOf } from './core.ts'
import { Cores, Interned } from './cores.ts'
import { Letters } from './letters.ts'
import { Liar } from './liar.ts'
import { Member } from './member.ts'
import { Play } from './play.ts'
import { LIES, type Setting, sound } from './setting.ts'
import { Town } from './town.ts'

const WALK_SEED = 7
/** For each of the four that may lie. */
const WALKS = 15
const WALK_STEPS = 40

test('whole states go on as the ones that stand for them', t => {
  const random = seededRandom(WALK_SEED)
  let steps = 0
  for (const liar of [0, 1, 2, 3]) {
    for (let walk = 0; walk < WALKS; walk++) steps += walkBeside(sound(liar, 3), random)
  }
  for (let walk = 0; walk < WALKS; walk++) {
    steps += walkBeside(sound(1, 2, new Set(LIES)), random)
    steps += walkBeside({ ...sound(1, 2), crashes: 1 }, random)
  }
  t.diagnostic(`${6 * WALKS} walks of seed ${WALK_SEED}, ${steps} steps`)
  assert.ok(steps > 6 * WALKS * 5, `${steps} steps`)
})

/** Any way through the world, step by step in both; returns how many steps changed anything. */
function walkBeside(setting: Setting, random: SeededRandom): number {
  const town = new Town()
  const play = new Play(setting, town)
  const [letters, tables] = tablesOf(setting, town)
  const at = new Map(tables.map(table => [table, table.start().to]))
  let changes = 0
  for (let step = 0; step < WALK_STEPS; step++) {
    const table = pick(tables, random)
    const { member } = table
    const letter = pick(play.readyFor(member.at), random)
    const said = play.take(member.at, letter)
    const edge = table.step(at.get(table) ?? 0, letters.named(letter).id)
    const digest = digestOf(play.lifeOf(member.at), setting)
    assert.equal(digestOf(table.get(edge.to).life, setting), digest, letter)
    assert.deepEqual(
      edge.says.map(id => letters.get(id).name),
      said
    )
    if (edge.to !== at.get(table)) changes++
    at.set(table, edge.to)
  }
  return changes
}

function tablesOf(setting: Setting, town: Town): [Letters, readonly Cores[]] {
  const letters = new Letters(town, setting)
  const liar = new Liar(letters)
  liar.begin()
  const interns = {
    says: new Interned(1_000),
    may: new Interned(1_000),
    finals: new Interned(1_000)
  }
  const honest = [0, 1, 2, 3].filter(at => at !== setting.liar)
  return [letters, honest.map(at => new Cores(new Member(at, letters, liar), letters, interns))]
}

function pick<T>(all: readonly T[], random: SeededRandom): T {
  const one = all[random.integer(all.length)]
  assert.ok(one !== undefined)
  return one
}
