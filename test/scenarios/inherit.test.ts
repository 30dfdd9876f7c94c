/**
 * A machine whose host is gone goes on with the copy that the host before it kept: as it was last sealed, its memory
 * included. On real QEMU where there is one.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { MachineView } from '../../node/client.ts'
import { debianMini, whyNoQemu } from '../support/debian-mini.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'
import { SerialReader } from '../support/serial-reader.ts'

const missing = await whyNoQemu()
const CONFIGURATION = missing === undefined ? 'debian-mini' : 'Configuration10'
const BID = '--bid-storage 10 --bid-running 1'

describe('a machine whose host is gone', () => {
  let lab: Lab
  let maria: LabNode
  let moved: MachineView
  let reached = 0
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open(missing === undefined ? { images: (await debianMini()).folder } : {})
    const vmm = { kind: missing === undefined ? 'qemu' : 'fake' } as const
    await Promise.all([
      lab.join('maria', { role: 'buyer' }),
      lab.join('alex', { role: 'provider', vmm }),
      lab.join('peter', { role: 'provider', vmm })
    ])
    maria = lab.node('maria')
    await addHost(lab.node('alex'), 'virt17', [maria])
    await addHost(lab.node('peter'), 'virt13', [maria])
    await maria.ask(`machine create ${CONFIGURATION} --name web1 ${BID}`)
    await maria.ask('machine store web1 --host virt17')
    await maria.ask('machine start web1')
    reached = await counts(3)
    await maria.ask('machine suspend web1')
    await maria.ask('machine move web1 --host virt13')
    moved = await maria.machine('web1')
    await eventually(
      'peter has written down that it is there',
      () => lab.node('peter').client.call('host.list', {}),
      ({ hosts }) => hosts.some(host => host.machines.some(({ name }) => name === 'web1'))
    )
  })

  after(() => lab.close())

  scenario('it goes on at the host that kept it, with its memory', async () => {
    await lab.node('peter').kill()
    assert.equal(moved.copyAt?.name, 'virt17')
    const there = await maria.ask<MachineView>('machine declare-lost web1 --heir virt17 --yes')
    assert.deepEqual([there.state, there.holder?.name], ['suspended', 'virt17'])
    assert.equal(there.version, moved.version + 1)
    assert.equal(there.root, moved.root)
    assert.equal(there.copyAt, null, 'what it kept is the machine now')
    await maria.ask('machine resume web1')
    await counts(reached + 2)
    await maria.ask('machine suspend web1')
    const { version } = await maria.machine('web1')
    assert.equal(version, moved.version + 2)
  })

  scenario('whoever kept nothing of what was sealed last is no heir', async () => {
    await lab.node('peter').restart(maria)
    await maria.refused('machine declare-lost web1 --heir virt13 --yes', {
      exit: 1,
      code: 'NO_COPY',
      says: /of the machine as it was sealed last/
    })
    assert.equal((await maria.machine('web1')).holder?.name, 'virt17')
  })

  scenario('the lost host comes back, and what it holds is an older version', async () => {
    const kept = await eventually(
      'peter keeps it as a cached version',
      () => lab.node('peter').client.call('host.cached', {}),
      ({ copies }) => copies.length === 1
    )
    assert.equal(kept.copies[0]?.name, 'web1')
    const { hosts } = await lab.node('peter').client.call('host.list', {})
    assert.deepEqual(
      hosts.flatMap(host => host.machines),
      []
    )
  })

  /**
   * The guest's counter when it is at `least` or beyond; of one that is not real it only grows. What is said before belongs
   * to the same run, so that a guest which boots anew is found out by a counter that goes back.
   */
  async function counts(least: number): Promise<number> {
    if (missing !== undefined) return reached + least
    const { uuid } = await maria.machine('web1')
    const serial = new SerialReader(await maria.client.console(uuid, 'serial'))
    try {
      for (let before = 0; ; ) {
        const count = Number((await serial.until(/counter (\d+)\r?\n/))[1])
        assert.ok(count >= before, `the counter goes from ${before} back to ${count}`)
        if (count >= least) return count
        before = count
      }
    } finally {
      serial.close()
    }
  }
})
