/**
 * Four coordinators as four processes: they are killed, stopped and cut off while customers of several nodes register
 * machines. Nobody but the operators may notice, and nothing that was acknowledged may be lost or done twice.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import {
  auditReport,
  auditStep,
  type CertifiedBlock,
  createAudit,
  hashHeader,
  hashTransaction
} from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import { follow } from '../../protocols/ledger/index.ts'
import { Customer } from '../support/customer.ts'
import { eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const NAMES = ['judy', 'kate', 'liam', 'mona']
const CUSTOMERS = ['anna', 'bert', 'cleo']
/** Of each customer, while something is wrong: each coordinator leads several times and is asked at least once. */
const MEANWHILE = 6

describe('four coordinators', () => {
  let lab: Lab
  let customers: Customer[] = []
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ colleagues: NAMES.slice(1), cuttable: true })
    customers = await Promise.all(CUSTOMERS.map(name => Customer.join(lab, name)))
  })
  after(async () => {
    await Promise.all(customers.map(customer => customer.close()))
    await lab.close()
  })

  const coordinators = (): LabNode[] => NAMES.map(name => lab.node(name))

  /** Something happens while everybody works; resolves when everybody has all receipts. */
  async function meanwhile(happens: () => void | Promise<void>): Promise<void> {
    const working = Promise.all(customers.map(customer => customer.register(MEANWHILE)))
    await Promise.race([working, ...customers.map(customer => customer.next())])
    await happens()
    await working
  }

  const told = (): number => Math.max(...customers.map(({ peer }) => peer.state.height))

  /** Each of them has everything that anybody was told. */
  async function agree(): Promise<void> {
    const newest = told()
    for (const node of coordinators()) {
      await eventually(
        `${node.name} has block ${newest}`,
        () => node.client.call('ledger.head', {}),
        ({ height }) => height >= newest
      )
    }
  }

  scenario('go on without one that is killed, and it catches up', async () => {
    const liam = lab.node('liam')
    await meanwhile(() => liam.kill())
    await liam.start()
    await agree()
  })

  scenario('go on without one that is stopped, and it catches up', async () => {
    const mona = lab.node('mona')
    await meanwhile(() => mona.freeze())
    mona.thaw()
    await agree()
  })

  scenario('go on without one that is cut off, and it catches up', async () => {
    const kate = lab.node('kate')
    await meanwhile(() => kate.pullCable())
    const { height } = await kate.client.call('ledger.head', {})
    assert.ok(height < told(), 'the cable was out')
    kate.plugCable()
    await agree()
  })

  scenario('go on without the one that everybody started from', async () => {
    const judy = lab.node('judy')
    await meanwhile(() => judy.kill())
    await judy.start()
    await agree()
  })

  scenario('lose nothing when all of them are killed at once', async () => {
    await meanwhile(async () => {
      await Promise.all(coordinators().map(node => node.kill()))
      await Promise.all(coordinators().map(node => node.start()))
    })
    await agree()
  })

  scenario('hold, each of them, all that was acknowledged, once', async () => {
    const height = told()
    const [first, ...others] = await Promise.all(coordinators().map(node => chainOf(node, height)))
    assert.ok(first)
    for (const chain of others) assert.deepEqual(hashesOf(chain), hashesOf(first))
    audited(first)
    const included = inclusionsIn(first)
    for (const { receipts, peer, account } of customers) {
      for (const { hash, height: told } of receipts) assert.deepEqual(included.get(hash), [told])
      const machines = [...peer.state.machines(account)]
      assert.deepEqual(
        machines.map(({ configuration }) => configuration.name).sort(),
        receipts.map(({ name }) => name).sort()
      )
    }
  })

  /** As the node serves it to anybody. */
  async function chainOf(node: LabNode, height: number): Promise<CertifiedBlock[]> {
    const [customer] = customers
    assert.ok(customer)
    const chain: CertifiedBlock[] = []
    for await (const said of follow(await customer.peer.open('ledger', node), 1)) {
      assert.equal(said.kind, 'block')
      if (said.kind === 'block') chain.push(said.block)
      if (chain.length === height) break
    }
    return chain
  }

  function audited(chain: readonly CertifiedBlock[]): void {
    const genesis = customers[0]?.peer.state.genesis
    assert.ok(genesis)
    const report = auditReport(chain.reduce(auditStep, createAudit(genesis, nodeCrypto)))
    assert.deepEqual(
      report.lines.filter(line => !line.ok),
      []
    )
    assert.equal(report.height, chain.length)
  }
})

function hashesOf(chain: readonly CertifiedBlock[]): string[] {
  return chain.map(({ block }) => hashHeader(block.header, nodeCrypto))
}

/** Heights at which each transaction stands and was applied. */
function inclusionsIn(chain: readonly CertifiedBlock[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { block } of chain) {
    for (const [at, signed] of block.transactions.entries()) {
      const hash = hashTransaction(signed, nodeCrypto)
      if (block.results[at] === null) {
        found.set(hash, [...(found.get(hash) ?? []), block.header.height])
      }
    }
  }
  return found
}
