/**
 * Four coordinators as four processes: one is killed, stopped or cut off while people open accounts and register
 * machines. Nobody but the operators may notice, and nothing that was acknowledged may be lost or done twice.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const BID = { storagePer30Days: '10', runningPerHour: '1' }
const NAMES = ['judy', 'kate', 'liam', 'mona']

describe('four coordinators', () => {
  let lab: Lab
  const scenario = scenarios(() => lab)
  const acknowledged = new Map<string, string[]>()

  before(async () => {
    lab = await Lab.open({ colleagues: NAMES.slice(1) })
  })
  after(() => lab.close())

  const coordinators = (): LabNode[] => NAMES.map(name => lab.node(name))

  async function register(buyer: LabNode, count: number): Promise<void> {
    const names = acknowledged.get(buyer.name) ?? []
    acknowledged.set(buyer.name, names)
    for (let at = 0; at < count; at++) {
      const name = `vm${names.length + 1}`
      await buyer.client.call('machine.create', {
        name,
        configuration: 'Configuration10',
        bid: BID
      })
      names.push(name)
    }
  }

  async function height(node: LabNode): Promise<number> {
    return (await node.client.call('node.status', {})).ledger.height
  }

  /** All four have the same block at the same height. */
  async function agree(): Promise<void> {
    await eventually(
      'all coordinators are at one height',
      () => Promise.all(coordinators().map(height)),
      heights => new Set(heights).size === 1
    )
  }

  scenario('keep one ledger for whoever comes', async () => {
    const maria = await lab.join('maria', { role: 'buyer' })
    await register(maria, 2)
    await agree()
  })

  scenario('go on without one that is killed, and it catches up', async () => {
    const maria = lab.node('maria')
    const liam = lab.node('liam')
    const working = register(maria, 4)
    await liam.kill()
    await working
    await register(maria, 2)
    await liam.start()
    await agree()
  })

  scenario('go on without one that is stopped, and it catches up', async () => {
    const maria = lab.node('maria')
    const mona = lab.node('mona')
    mona.freeze()
    await register(maria, 4)
    mona.thaw()
    await agree()
  })

  scenario('lose nothing when all of them are killed at once', async () => {
    await Promise.all(coordinators().map(node => node.kill()))
    await Promise.all(coordinators().map(node => node.start()))
    await register(lab.node('maria'), 2)
    await agree()
  })

  scenario('hold, each of them, all that was acknowledged, once', async () => {
    const audits = await eventually(
      'all coordinators are audited at one height',
      () => Promise.all(coordinators().map(node => node.client.call('audit', {}))),
      all => new Set(all.map(({ toHeight }) => toHeight)).size === 1
    )
    assert.ok(
      audits.every(({ ok }) => ok),
      JSON.stringify(audits)
    )
    assert.equal(new Set(audits.map(({ stateRoot }) => stateRoot)).size, 1, 'one state root')
    const { machines } = await lab.node('maria').client.call('machine.list', {})
    assert.deepEqual(
      machines.map(({ name }) => name).sort(),
      [...(acknowledged.get('maria') ?? [])].sort()
    )
  })
})
