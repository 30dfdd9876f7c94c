/**
 * A coordinator of four that was away for thousands of blocks takes a snapshot from the others, and votes again: it has
 * nothing to be ashamed of, for what it had signed before stays in its log.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { Customer } from '../support/customer.ts'
import { eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'
import { growLedger, has, sameState } from '../support/long-ledger.ts'

/** Just below a height at which every node keeps its state. */
const LONG = 12 * 256 - 4
const PEOPLE = 200
/** Past the height of the common snapshot. */
const BLOCKS_MADE = 8

describe('a coordinator that was away for long', () => {
  let lab: Lab
  let customer: Customer
  const NAMES = ['judy', 'kate', 'liam', 'mona']
  const scenario = scenarios(() => lab)
  const node = (name: string): LabNode => lab.node(name)

  before(async () => {
    lab = await Lab.open({ colleagues: NAMES.slice(1) })
    customer = await Customer.join(lab, 'anna')
    await customer.register(4)
    await customer.close()
    await Promise.all(NAMES.map(name => node(name).kill()))
    await growLedger({
      coordinators: NAMES.map(node),
      copies: ['kate', 'liam'].map(node),
      height: LONG,
      people: PEOPLE
    })
    await Promise.all(['judy', 'kate', 'liam'].map(name => node(name).start()))
    customer = await Customer.join(lab, 'bert')
    await customer.register(BLOCKS_MADE)
  })
  after(async () => {
    await customer.close()
    await lab.close()
  })

  scenario('returns by snapshot, and signs again', async () => {
    const mona = node('mona')
    await mona.start()
    await eventually(
      'mona goes on from a snapshot',
      async () => mona.log,
      log => log.includes('the ledger goes on from a snapshot')
    )
    await sameState(mona, node('judy'))
    // Three of four are a quorum: without liam nothing becomes final that mona does not sign.
    await node('liam').kill()
    await customer.register(6)
    await sameState(mona, node('judy'))
  })

  scenario('and nobody has contradicted itself', () => {
    for (const name of NAMES) assert.ok(!node(name).log.includes('contradicted itself'), name)
    return Promise.resolve()
  })

  scenario('one that is only a little behind replays, and needs no snapshot', async () => {
    const liam = node('liam')
    await liam.start()
    await has(liam, customer.peer.state.height)
    assert.ok(!liam.log.includes('fetching a snapshot'))
    await node('kate').kill()
    await customer.register(3)
  })
})
