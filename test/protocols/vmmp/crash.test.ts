import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DESTINATION, type Faults, type Kill, ORIGIN, type Role, World, wrongs } from './world.ts'

const ROLES: readonly Role[] = ['requester', 'destination', 'origin']
/** Back at once, after a silence, after the ledger's deadline. */
const DOWN_TURNS = [1, 4, 25]

function run(kill?: Kill, faults?: Faults): World {
  const world = new World(kill, faults)
  world.run()
  return world
}

/** Every place at which a process can die, from the effects of a move in which nobody does. */
function kills(faults?: Faults): readonly Kill[] {
  const whole = run(undefined, faults)
  return ROLES.flatMap(role =>
    Array.from({ length: whole.effects[role] }, (_, effect) => effect).flatMap(effect =>
      DOWN_TURNS.map(downTurns => ({ role, effect, downTurns }))
    )
  )
}

test('a move in which nobody dies ends with the machine at the destination', () => {
  const world = run()
  assert.deepEqual(wrongs(world), [], world.trail.join('\n'))
  assert.equal(world.ledger.holder, DESTINATION)
  assert.deepEqual(world.told, { kind: 'moved', version: 4 })
})

test('a full disk at the destination leaves everything as it was', () => {
  const world = run(undefined, { diskFull: true })
  assert.deepEqual(wrongs(world), [], world.trail.join('\n'))
  assert.equal(world.ledger.holder, ORIGIN)
  assert.equal(world.told?.kind, 'not-moved')
})

test('a move that the owner vouches for ends with the machine at the destination', () => {
  const world = run(undefined, { withholdsReceipt: true })
  assert.deepEqual(wrongs(world), [], world.trail.join('\n'))
  assert.equal(world.ledger.holder, DESTINATION)
  assert.ok(world.seen.has('destination await-word'))
  assert.deepEqual(world.told, { kind: 'moved', version: 4 })
})

test('a move whose origin was away at the last step ends with its receipt when it is back', () => {
  const world = run(undefined, { signsLate: true })
  assert.deepEqual(wrongs(world), [], world.trail.join('\n'))
  assert.equal(world.ledger.holder, DESTINATION)
  assert.ok(world.seen.has('destination ask-origin'))
  assert.deepEqual(world.told, { kind: 'moved', version: 4 })
})

test('a destination that died while it waited for the owner needs no origin to go on', () => {
  const faults = { withholdsReceipt: true }
  const { trail } = run(undefined, faults)
  const own = trail.filter(line => line.startsWith('destination'))
  const effect = own.indexOf('destination await-word')
  const world = run({ role: 'destination', effect, downTurns: 1 }, faults)
  assert.equal(world.ledger.holder, DESTINATION, world.trail.join('\n'))
  assert.equal(world.trail.filter(line => line === 'destination fetch').length, 1)
})

const STORIES: readonly (readonly [string, Faults])[] = [
  ['a move that succeeds', {}],
  ['a move that fails', { diskFull: true }],
  ['a move that the owner vouches for', { withholdsReceipt: true }],
  ['a move whose origin signs late', { signsLate: true }]
]

for (const [story, faults] of STORIES) {
  for (const role of ROLES) {
    test(`${story}: the ${role} may die before any of its effects and exactly one copy is runnable`, () => {
      const places = kills(faults).filter(kill => kill.role === role)
      assert.ok(places.length > 0 || faults.diskFull === true)
      for (const kill of places) {
        const world = run(kill, faults)
        const found = wrongs(world)
        const trail = `${JSON.stringify(kill)}\n${world.trail.join('\n')}`
        assert.deepEqual(found, [], `${found.join('; ')}\n${trail}`)
      }
    })
  }
}

test('the places to die include every effect of the destination and the origin that a good move has', () => {
  const { seen } = run()
  for (const effect of [
    'destination read-ledger',
    'destination persist',
    'destination fetch',
    'destination verify',
    'destination prove',
    'destination install',
    'destination submit-commit',
    'destination forget',
    'destination send-resp',
    'origin read-ledger',
    'origin persist',
    'origin open-content',
    'origin serve',
    'origin sign-receipt',
    'origin keep-cached',
    'origin forget'
  ]) {
    assert.ok(seen.has(effect), effect)
  }
})

for (const [name, faults] of [
  ['does not install what it commits', { skipInstall: true }],
  ['commits before it installs', { commitBeforeInstall: true }],
  ['does not persist before it pulls', { forgetToPersist: true }],
  ['does not install what the owner vouches for', { skipInstall: true, withholdsReceipt: true }],
  [
    'does not write down what the owner vouches for',
    { forgetToPersist: true, withholdsReceipt: true }
  ],
  ['drops its copy when it signs the receipt', { dropCopyAtReceipt: true }]
] satisfies [string, Faults][]) {
  test(`the same search catches a host that ${name}`, () => {
    const caught = kills(faults).filter(kill => wrongs(run(kill, faults)).length > 0)
    assert.ok(caught.length > 0)
  })
}
