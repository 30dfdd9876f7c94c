/** The buyer's main job by keys, on the fake node. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemText } from '../../../tui/ui/state/index.ts'
import { refusal } from '../../support/fake-node-client.ts'
import { Rehearsal } from '../../support/ui-rehearsal.ts'
import {
  awaitingWord,
  keptElsewhere,
  moving,
  register,
  scene,
  started,
  stored,
  suspended
} from '../../support/ui-scenes.ts'

function last(ui: Rehearsal, method: string): unknown {
  return ui.fake.calls.findLast(call => call.method === method)?.input
}

test('the whole job is done by keys: register, store, start, console, suspend, move, resume, stop', async () => {
  const ui = await Rehearsal.begin()
  await ui.press('n', 'enter', 'enter')
  await ui.press('o', 'enter', 'y')
  await ui.finish()
  await ui.press('s', 'enter')
  await ui.finish()
  await ui.press('c')
  assert.equal(ui.state.console, 'debian-mini-1')
  ui.leaveConsole?.(false)
  await ui.settle()
  await ui.press('z', 'y')
  await ui.finish()
  await ui.press('m', 'enter', 'y')
  await ui.finish()
  await ui.press('Z', 'enter')
  await ui.finish()
  await ui.press('S', 'y')
  await ui.finish()
  const [machine] = ui.state.machines
  assert.equal(machine?.state, 'stopped')
  assert.equal(machine?.holder?.name, 'virt5')
  assert.equal(machine?.version, 4)
  const methods = ui.fake.calls.map(call => call.method)
  const orders = methods.filter(
    method => method.startsWith('machine.') && method !== 'machine.list'
  )
  assert.deepEqual(orders, [
    'machine.create',
    'machine.search',
    'machine.store',
    'machine.start',
    'machine.suspend',
    'machine.search',
    'machine.move',
    'machine.resume',
    'machine.stop'
  ])
})

test('the bid of a new machine begins with the market averages and can be edited', async () => {
  const ui = await Rehearsal.begin()
  await ui.press('n', 'j', 'enter')
  await ui.press('C-u')
  await ui.type('web1')
  await ui.press('tab', 'tab', 'C-u')
  await ui.type('0.07')
  await ui.press('enter')
  assert.deepEqual(last(ui, 'machine.create'), {
    configuration: 'Configuration1',
    name: 'web1',
    bid: { storagePer30Days: '3', runningPerHour: '0.07' }
  })
})

test('a bid that is no amount is not sent, and the cursor goes to it', async () => {
  const ui = await scene('bid-problem')
  await ui.press('up', 'enter')
  assert.equal(last(ui, 'machine.create'), undefined)
  assert.equal(ui.state.dialog?.kind === 'bid' && ui.state.dialog.focus, 1)
})

test('a refusal of the node stays in the form with its hint, and the form can be sent again', async () => {
  const ui = await Rehearsal.begin()
  await ui.press('n', 'enter')
  ui.fake.down = refusal('The balance is too low.', 'Transfer money to it.')
  await ui.press('enter')
  assert.match(ui.frame(80, 24).toText(), /The balance is too low\. Transfer money to it\./u)
  ui.fake.down = null
  await ui.press('enter')
  assert.equal(ui.state.machines.length, 1)
})

test('editing sends the changed bid of a registered machine', async () => {
  const ui = await Rehearsal.begin()
  await register(ui)
  await ui.press('e', 'C-u')
  await ui.type('2')
  await ui.press('enter')
  assert.deepEqual(ui.state.machines[0]?.bid, { storagePer30Days: '2', runningPerHour: '0.00252' })
})

test('storing asks with the figures first; no means nothing was ordered', async () => {
  const ui = await scene('confirm-store')
  assert.match(ui.frame(80, 24).toText(), /\$1000, then \$998\.5/u)
  await ui.press('n')
  assert.equal(ui.state.dialog?.kind, 'hosts')
  assert.equal(last(ui, 'machine.store'), undefined)
})

test('a host that does not fit is shown with the constraint, and cannot be chosen', async () => {
  const ui = await scene('hosts-store')
  await ui.press('G', 'enter')
  assert.match(ui.state.notice?.problem.message ?? '', /virt13 cannot take it: running 0\.3744/u)
  assert.equal(ui.state.dialog?.kind, 'hosts')
})

test('a search nobody meets says the constraint and the nearest bid, and e searches again with it', async () => {
  const ui = await scene('hosts-none')
  const text = ui.frame(80, 24).toText()
  assert.match(text, /running costs 0\.002016 per hour, the bid is 0\.001/u)
  assert.match(
    text.replaceAll(/[│\s]+/gu, ' '),
    /a bid of \$1\.5 per 30 days and \$0\.002016 per hour/u
  )
  await ui.press('e', 'enter')
  const uuid = ui.state.machines[0]?.uuid
  const bid = { storagePer30Days: '1.5', runningPerHour: '0.002016' }
  assert.deepEqual(last(ui, 'machine.search'), { machine: uuid, move: false, bid })
  await ui.press('enter', 'y')
  assert.equal(ui.fake.operations.at(-1)?.kind, 'store')
})

test('a move can look beyond the bid that was registered; Esc leads back to the hosts', async () => {
  const ui = await scene('hosts-move')
  await ui.press('e', 'escape')
  assert.equal(ui.state.dialog?.kind, 'hosts')
  await ui.press('e', 'tab', 'C-u')
  await ui.type('0.5')
  await ui.press('enter')
  const uuid = ui.state.machines[0]?.uuid
  const bid = { storagePer30Days: '1.5', runningPerHour: '0.5' }
  assert.deepEqual(last(ui, 'machine.search'), { machine: uuid, move: true, bid })
})

test('an offline host is shown without methods and cannot be moved to', async () => {
  const ui = await scene('hosts-move')
  assert.match(ui.frame(120, 36).toText(), /virt6 .*\(offline\)/u)
  await ui.press('j', 'enter')
  assert.match(ui.state.notice?.problem.message ?? '', /virt6 is offline/u)
})

test('a move asks with its bytes, the new price and the difference', async () => {
  const text = (await scene('confirm-move')).frame(80, 24).toText()
  assert.match(text, /at most 178 MiB \(disk 50 MiB, memory 128 MiB\)/u)
  assert.match(text, /\$0\.003024 \/ 3600 seconds, \+50 %/u)
  assert.match(text, /Given up 30 d of storage paid ahead at virt17/u)
})

test('a running move shows percent, rate and time left', async () => {
  const ui = await Rehearsal.begin()
  await moving(ui)
  const text = ui.frame(80, 24).toText()
  assert.match(text, /41 %  75 MiB of 178 MiB  22 MiB\/s  5 s left/u)
  assert.match(text, /may +nothing until its move has ended/u)
})

test('a failed move says what happened and what to do', async () => {
  const ui = await scene('failed')
  const { message, hint } = ui.state.notice?.problem ?? {}
  assert.equal(message, 'The move of debian-mini-1 failed: virt5 was silent for 30 s.')
  assert.equal(hint, 'Nothing is lost: move it again, or elsewhere.')
})

test('a spend limit below one running period is not sent; one period is', async () => {
  const ui = await Rehearsal.begin()
  await stored(ui)
  await ui.press('s', 'C-u')
  await ui.type('0.002015')
  await ui.press('enter')
  assert.equal(last(ui, 'machine.start'), undefined)
  await ui.press('backspace')
  await ui.type('6')
  await ui.press('enter')
  const uuid = ui.state.machines[0]?.uuid
  assert.deepEqual(last(ui, 'machine.start'), { machine: uuid, spendLimit: '0.002016' })
})

test('deleting wants y: Enter is not enough', async () => {
  const ui = await scene('confirm-delete')
  await ui.press('enter')
  assert.equal(last(ui, 'machine.delete'), undefined)
  await ui.press('y')
  assert.deepEqual(last(ui, 'machine.delete'), { machine: ui.state.machines[0]?.uuid })
  await ui.finish()
  assert.deepEqual(ui.state.machines, [])
})

test('a console that drops by itself is told, and keys typed into it do nothing for a second', async () => {
  const ui = await Rehearsal.begin()
  await started(ui)
  await ui.press('c')
  ui.leaveConsole?.(true)
  await ui.settle()
  assert.match(ui.state.notice?.problem.message ?? '', /closed by itself/u)
  ui.nowMs += 999
  await ui.press('q')
  assert.equal(ui.quits, 0)
  ui.nowMs += 1
  await ui.press('q')
  assert.equal(ui.quits, 1)
})

test('a paste is no key: a q in it quits nothing, in a field it is text', async () => {
  const ui = await Rehearsal.begin()
  await suspended(ui)
  ui.event({ type: 'paste', text: 'qdy' })
  assert.equal(ui.quits, 0)
  assert.equal(ui.state.dialog, null)
  await ui.press('/')
  ui.event({ type: 'paste', text: 'web\n1' })
  assert.equal(ui.state.filter, 'web 1')
})

test('the machine of a dialog is the one it was opened for, even when the table changes', async () => {
  const ui = await Rehearsal.begin()
  await suspended(ui)
  const uuid = ui.state.machines[0]?.uuid
  await ui.press('d')
  await ui.fake.call('machine.create', { configuration: 'debian-mini', name: 'aaa' })
  ui.fake.machines = ui.fake.machines.toReversed()
  await ui.refresh()
  await ui.press('y')
  assert.deepEqual(last(ui, 'machine.delete'), { machine: uuid })
})

test('the palette runs a command by its CLI words', async () => {
  const ui = await Rehearsal.begin()
  await started(ui)
  await ui.press(':')
  await ui.type('machine suspend')
  await ui.press('enter')
  assert.equal(ui.state.dialog?.kind, 'confirm')
})

test('y shows and copies the UUID', async () => {
  const ui = await scene('registered')
  await ui.press('y')
  assert.deepEqual(ui.copied, [ui.state.machines[0]?.uuid])
})

test('what the node says without a full stop is told apart from what to do about it', () => {
  const hint = 'start it with: virtuoso node run'
  assert.equal(problemText({ message: 'no node is running', hint }), `no node is running: ${hint}`)
  assert.equal(problemText({ message: 'None runs.', hint }), `None runs. ${hint}`)
  assert.equal(problemText({ message: 'none runs', hint: null }), 'none runs')
})

test('when the node answers again the screen is live again', async () => {
  const ui = await scene('stale')
  assert.match(ui.frame(80, 24).toText(), /STALE 12 s/u)
  ui.fake.down = null
  await ui.refresh()
  assert.match(ui.frame(80, 24).toText(), /live\n/u)
  assert.match(ui.frame(80, 24).toText(), /done: the node answers again/u)
})

test('a limit is raised by a day from what it is, and one that is no higher is not sent', async () => {
  const ui = await Rehearsal.begin()
  await started(ui)
  const spent = { spendLimit: '0.048384', spent: '0.01008' }
  ui.fake.machines = ui.fake.machines.map(machine => ({ ...machine, ...spent }))
  await ui.press('r', '+')
  const { dialog } = ui.state
  assert.equal(dialog?.kind === 'limit' ? dialog.line.text : '', '0.096768')
  await ui.press('C-u')
  await ui.type('0.048384')
  await ui.press('enter')
  assert.match(ui.state.notice?.problem.message ?? '', /is \$0\.048384 already/)
  assert.equal(last(ui, 'machine.raise-limit'), undefined)
  await ui.press('C-u')
  await ui.type('5')
  await ui.press('enter')
  const [machine] = ui.state.machines
  assert.deepEqual(last(ui, 'machine.raise-limit'), { machine: machine?.uuid, spendLimit: '5' })
  assert.match(ui.state.notice?.problem.message ?? '', /may spend \$5 on running/)
})

test('a contract is ended with y and not with Enter, and the machine can be stored again', async () => {
  const ui = await Rehearsal.begin()
  await stored(ui)
  await ui.press('X', 'enter')
  assert.equal(last(ui, 'machine.release-contract'), undefined)
  await ui.press('y')
  const [machine] = ui.state.machines
  assert.deepEqual(last(ui, 'machine.release-contract'), { machine: machine?.uuid })
  assert.equal(machine?.state, 'registered')
  assert.match(ui.state.notice?.problem.message ?? '', /registered again/)
})

test('a move that waits for its owner says so, and V vouches with y and not with Enter', async () => {
  const ui = await Rehearsal.begin()
  await awaitingWord(ui)
  assert.match(ui.frame(80, 24).toText(), /V vouch/u)
  await ui.press('V', 'enter')
  assert.equal(last(ui, 'machine.vouch'), undefined)
  await ui.press('y')
  assert.deepEqual(last(ui, 'machine.vouch'), { machine: ui.state.machines[0]?.uuid })
  assert.match(ui.state.notice?.problem.message ?? '', /virt5 has your word for debian-mini-1/u)
})

test('a move that goes on needs no word, nor does a machine that is at rest', async () => {
  const ui = await Rehearsal.begin()
  await awaitingWord(ui)
  ui.fake.progress(ui.fake.operations.at(-1)?.id ?? '', 0.5)
  await ui.settle()
  await ui.press('V')
  assert.equal(ui.state.dialog, null)
  assert.match(
    ui.state.notice?.problem.message ?? '',
    /does not wait for your word: sending blocks/u
  )
  const other = await scene('registered')
  await other.press('V')
  assert.match(other.state.notice?.problem.message ?? '', /is not on its way/u)
})

test('H gives the host up and goes on at the one that keeps a copy', async () => {
  const ui = await Rehearsal.begin()
  await keptElsewhere(ui)
  await ui.press('H', 'enter')
  assert.equal(last(ui, 'machine.declare-lost'), undefined)
  await ui.press('y')
  const [machine] = ui.state.machines
  assert.deepEqual(last(ui, 'machine.declare-lost'), {
    machine: machine?.uuid,
    heir: machine?.holder?.uuid
  })
  assert.equal(machine?.holder?.name, 'virt5')
  assert.match(ui.state.notice?.problem.message ?? '', /is suspended at virt5, as it was sealed/u)
})

test('without a copy elsewhere there is no heir, and L still gives the machine up', async () => {
  const ui = await Rehearsal.begin()
  await suspended(ui)
  await ui.press('H')
  assert.match(ui.state.notice?.problem.message ?? '', /No other host keeps/u)
  await ui.press('L', 'y')
  assert.deepEqual(last(ui, 'machine.declare-lost'), { machine: ui.state.machines[0]?.uuid })
})

test('the CLI lines have the words that only an owner can say', async () => {
  const waiting = await Rehearsal.begin()
  await awaitingWord(waiting)
  await waiting.press('@')
  assert.match(waiting.frame(80, 24).toText(), /virtuoso machine vouch debian-mini-1/u)
  const kept = await Rehearsal.begin()
  await keptElsewhere(kept)
  await kept.press('@')
  assert.match(kept.frame(80, 24).toText(), /declare-lost debian-mini-1 --heir virt5/u)
})

test('what is not legal now is refused with the reason: a running machine is not lost', async () => {
  const ui = await Rehearsal.begin()
  await started(ui)
  await ui.press('L')
  assert.equal(ui.state.dialog, null)
  assert.match(ui.state.notice?.problem.message ?? '', /declare-lost needs/)
})

test('where the ledger takes a fee, the question says so: of what the buyer signs, and of nothing else', async () => {
  const ui = await Rehearsal.begin()
  ui.fake.fees = { register: '0.05', transaction: '0.01' }
  await suspended(ui)
  await ui.press('r')
  await ui.press('n', 'enter')
  assert.match(ui.frame(120, 36).toText(), /The ledger's fee is \$0\.05\./)
  await ui.press('escape', 'L')
  assert.match(ui.frame(120, 36).toText(), /The ledger's fee is \$0\.01\./)
  await ui.press('escape', 'd')
  assert.doesNotMatch(ui.frame(120, 36).toText(), /fee/)
})
