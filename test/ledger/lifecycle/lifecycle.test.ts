import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  afterTransition,
  LIFECYCLE,
  type LifecycleAction,
  legalActions,
  type MachineState,
  NAMES_OF_2004,
  transition
} from '../../../ledger/index.ts'

interface LifecycleFigures {
  readonly lifecycle: {
    readonly actions: Readonly<Record<MachineState, readonly string[]>>
    readonly versionGrowsBy1On: readonly string[]
  }
}

const file = new URL('../../../../test/vectors/figures.json', import.meta.url)
const { lifecycle } = JSON.parse(readFileSync(file, 'utf8')) as LifecycleFigures
const states = Object.keys(LIFECYCLE) as MachineState[]

test('the states are those of 2004', () => {
  assert.deepEqual([...states].sort(), Object.keys(lifecycle.actions).sort())
})

for (const state of states)
  test(`${state}: the actions are those of the 2004 table`, () => {
    const names = legalActions(state).flatMap(action => NAMES_OF_2004[action] ?? [])
    assert.deepEqual([...names].sort(), [...lifecycle.actions[state]].sort())
  })

/** 2004 had no end of a contract but giving the machine back: each of these fences its holder off. */
const ENDINGS: readonly LifecycleAction[] = ['evict', 'release-contract', 'declare-lost', 'inherit']

test('the version grows wherever a contract ends and the machine stays', () => {
  const entries = states.flatMap(state => LIFECYCLE[state])
  for (const entry of entries.filter(({ action }) => ENDINGS.includes(action))) {
    assert.equal(entry.versionGrows, true, entry.action)
  }
})

test('the version grows where the 2004 text says and nowhere else', () => {
  const grows = new Set<string>()
  const stays = new Set<string>()
  for (const entry of states.flatMap(state => LIFECYCLE[state])) {
    if (ENDINGS.includes(entry.action)) continue
    const entered = entry.action === 'arrive' ? 'migrated (arrival at the destination)' : entry.to
    if (entry.versionGrows) grows.add(entered)
    else stays.add(entered)
  }
  assert.deepEqual([...grows].sort(), [...lifecycle.versionGrowsBy1On].sort())
  for (const entered of grows) assert.equal(stays.has(entered), false)
})

test('what the 2004 table lacks is storing, giving back, and what happens by itself', () => {
  const unnamed = states.flatMap(legalActions).filter(action => NAMES_OF_2004[action] === undefined)
  assert.deepEqual([...new Set(unnamed)].sort(), [
    'abort',
    'arrive',
    'declare-lost',
    'delete',
    'discard',
    'evict',
    'fell',
    'give-notice',
    'inherit',
    'raise-limit',
    'release',
    'release-contract',
    'seal',
    'store',
    'suspend-unpaid'
  ])
})

test('a machine that arrives has the state it had, one version later', () => {
  const arrive = transition('migrating', 'arrive')
  assert.ok(arrive !== undefined)
  const moving = { state: 'migrating', version: 4 } as const
  assert.deepEqual(afterTransition(moving, arrive, 'suspended'), { state: 'suspended', version: 5 })
  assert.throws(() => afterTransition(moving, arrive, null), /no state follows arrive/)
})

test('nothing follows a machine that is given back', () => {
  const entry = transition('stored', 'delete')
  assert.ok(entry !== undefined)
  assert.throws(() => afterTransition({ state: 'stored', version: 1 }, entry, null), /no state/)
})
