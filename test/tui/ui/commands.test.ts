import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS, clashes, keyText, PLACES } from '../../../tui/ui/state/index.ts'
import { Rehearsal } from '../../support/ui-rehearsal.ts'
import { scene } from '../../support/ui-scenes.ts'

test('no key is bound twice in one place', () => {
  assert.deepEqual(clashes(COMMANDS), [])
})

test('a key that is bound twice is found', () => {
  const [first] = COMMANDS
  assert.ok(first !== undefined)
  const double = [first, { ...first, id: 'another' }]
  assert.deepEqual(clashes(double), ['n in machines: machine create and another'])
})

test('every place has keys, and every command a key and a title', () => {
  for (const place of PLACES)
    assert.ok(
      COMMANDS.some(command => command.places.includes(place)),
      place
    )
  for (const command of COMMANDS) {
    assert.ok(command.keys.length > 0, command.id)
    assert.ok(command.title.length > 0, command.id)
  }
})

test('help lists every command with its keys', async () => {
  const text = (await scene('help')).frame(120, 80).toText()
  for (const command of COMMANDS) {
    assert.ok(text.includes(command.title), command.id)
    assert.ok(text.includes(command.keys.map(keyText).join(' ')), command.id)
  }
})

test('help scrolls to its last line on a small screen', async () => {
  const ui = await Rehearsal.begin()
  await ui.press('?', 'G')
  assert.match(ui.frame(40, 12).toText(), /Quit the program/u)
  const end = ui.frame(40, 12).toText()
  await ui.press('k')
  assert.notEqual(ui.frame(40, 12).toText(), end)
})

test('an unlit key says why instead of acting', async () => {
  const ui = await scene('registered')
  await ui.press('S')
  assert.equal(ui.state.dialog, null)
  assert.equal(ui.state.notice?.problem.message, 'It is registered; stop needs started.')
})

test('while the node does not answer nothing can be ordered, and the key says since when', async () => {
  const ui = await scene('stale')
  await ui.press('o')
  assert.equal(ui.state.dialog, null)
  assert.match(ui.state.notice?.problem.message ?? '', /does not answer since 12 s/u)
})
