import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rehearsal } from '../../support/ui-rehearsal.ts'
import { scene } from '../../support/ui-scenes.ts'

function votes(ui: Rehearsal): readonly unknown[] {
  return ui.fake.calls.filter(({ method }) => method === 'election.vote').map(call => call.input)
}

test('a ballot begins as it is on the ledger, without those who withdrew; space marks, Enter casts all at once', async () => {
  const ui = await scene('ballot')
  const { dialog } = ui.state
  assert.ok(dialog?.kind === 'ballot')
  assert.deepEqual([...dialog.marked], ['alex', 'carl'])
  await ui.press('enter')
  assert.deepEqual(votes(ui), [{ candidates: ['alex', 'carl'] }])
  assert.equal(ui.state.dialog, null)
  assert.match(
    ui.state.notice?.problem.message ?? '',
    /Your ballot, which weighs \$1000 now: alex, carl\./
  )
})

test('who takes every mark away has no ballot any more', async () => {
  const ui = await scene('ballot')
  await ui.press('space', 'up', 'space', 'enter')
  assert.deepEqual(votes(ui), [{ candidates: [] }])
  assert.match(ui.state.notice?.problem.message ?? '', /no ballot/)
})

test('Enter on an unchanged ballot sends nothing, and so does Esc', async () => {
  const ui = await scene('empty')
  ui.fake.election = { ...ui.fake.election, ballot: { candidates: ['alex'], weight: '1000' } }
  await ui.press('v', 'enter', 'v', 'space', 'escape')
  assert.deepEqual(votes(ui), [])
  assert.equal(ui.state.dialog, null)
})

test('a node without an account, and a network without elections, cast nothing and say so', async () => {
  const ui = await scene('ballot-next')
  await ui.press('space', 'enter')
  assert.match(ui.state.notice?.problem.message ?? '', /no account/)
  await ui.press('escape')
  ui.fake.election = { ...ui.fake.election, terms: null, candidates: [] }
  await ui.press('v', 'space')
  assert.match(ui.state.notice?.problem.message ?? '', /Nobody stands/)
  await ui.press('enter')
  assert.equal(ui.state.dialog, null)
  assert.deepEqual(votes(ui), [])
})

test('a node that does not answer closes the page with its sentence', async () => {
  const ui = await scene('empty')
  ui.fake.down = new Error('the node is gone')
  await ui.press('v')
  assert.equal(ui.state.dialog, null)
  assert.match(ui.state.notice?.problem.message ?? '', /the node is gone/)
})
