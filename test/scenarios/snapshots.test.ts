/**
 * A ledger that is too long to be replayed: a newcomer takes a snapshot from several nodes, of which one is killed meanwhile,
 * and goes on from there as if it had always been there.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { LedgerAudit } from '../../node/index.ts'
import { follow } from '../../protocols/ledger/index.ts'
import { Customer } from '../support/customer.ts'
import { eventually, Lab, scenarios } from '../support/lab.ts'
import { growLedger, has, headOf, sameState } from '../support/long-ledger.ts'

/** Just below a height at which every node keeps its state. */
const LONG = 12 * 256 - 4
/** A state of two megabytes in 64 ranges: it takes long enough that somebody can die meanwhile. */
const PEOPLE = 3_000
/** Past the height of the common snapshot. */
const BLOCKS_MADE = 8

describe('a newcomer to a long ledger', () => {
  let lab: Lab
  let customer: Customer
  const scenario = scenarios(() => lab)
  const OLD = ['otto', 'olga']

  before(async () => {
    lab = await Lab.open()
    const judy = lab.node('judy')
    for (const name of OLD) await lab.add(name, { role: 'observer', asleep: true })
    await judy.kill()
    const copies = OLD.map(name => lab.node(name))
    await growLedger({ coordinators: [judy], copies, height: LONG, people: PEOPLE })
    await judy.start()
    await Promise.all(copies.map(node => node.start()))
    customer = await Customer.join(lab, 'carl')
    await customer.register(BLOCKS_MADE)
    await Promise.all([judy, ...copies].map(node => has(node, LONG + BLOCKS_MADE)))
  })
  after(async () => {
    await customer.close()
    await lab.close()
  })

  scenario('takes a snapshot from several nodes while one of them is killed', async () => {
    const nina = await lab.add('nina', { role: 'buyer', ledger: 'full', asleep: true })
    const starting = nina.start()
    await eventually(
      'nina fetches a snapshot',
      async () => nina.log,
      log => log.includes('fetching a snapshot')
    )
    await lab.node('olga').kill()
    await starting
    await eventually(
      'nina goes on from it',
      async () => nina.log,
      log => log.includes('the ledger goes on from a snapshot')
    )
    await sameState(nina, lab.node('judy'))
  })

  scenario('goes on following, and acts', async () => {
    const nina = lab.node('nina')
    await customer.register(3)
    await has(nina, customer.peer.state.height)
    await sameState(nina, lab.node('judy'))
    await nina.client.call('account.open', { name: 'nina', kind: 'buyer' })
    await sameState(nina, lab.node('judy'))
  })

  scenario('says that it holds no blocks of before, and audits those of another', async () => {
    const nina = lab.node('nina')
    const expected = {
      exit: 3,
      code: 'BLOCKS_NOT_HELD',
      says: /began from a snapshot of height \d+/,
      hints: /--peer/
    }
    await nina.refused('audit', expected)
    await nina.refused('ledger export blocks.vle', expected)
    const { peer } = await lab.node('otto').client.call('node.status', {})
    const audit = await nina.ask<LedgerAudit>(`audit --peer ${peer}`)
    assert.ok(audit.ok && audit.blocks > LONG)
  })

  scenario('serves blocks from its snapshot on, and says so of those before', async () => {
    const nina = lab.node('nina')
    const first = async (height: number): Promise<string> => {
      const stream = await customer.peer.open('ledger', nina)
      for await (const said of follow(stream, height)) {
        if (said.kind === 'refused') return said.code
        if (said.kind === 'block') return `block ${said.block.block.header.height}`
      }
      return 'nothing'
    }
    assert.equal(await first(1), 'HEIGHT_UNKNOWN')
    const { height } = await headOf(nina)
    assert.equal(await first(height), `block ${height}`)
  })

  scenario('starts again where it was', async () => {
    const nina = lab.node('nina')
    const { height } = await headOf(nina)
    await nina.kill()
    await customer.register(2)
    await nina.start()
    await has(nina, height + 2)
    await sameState(nina, lab.node('judy'))
  })

  scenario('that is an observer replays all of it, and passes its own audit', async () => {
    const oskar = await lab.add('oskar', { role: 'observer' })
    await has(oskar, customer.peer.state.height)
    const audit = await oskar.ask<LedgerAudit>('audit')
    assert.ok(audit.ok && audit.blocks > LONG)
    assert.ok(!oskar.log.includes('fetching a snapshot'))
  })
})
