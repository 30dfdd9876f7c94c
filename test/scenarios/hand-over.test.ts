/**
 * A market whose first coordinators are voted out of office while customers register machines, and machines run and
 * move. The new ones are people of the market; nobody starts anything anew, and the old ones are not needed any more.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { auditReport, auditStep, type CertifiedBlock, createAudit } from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import type { ElectionView } from '../../node/index.ts'
import { follow } from '../../protocols/ledger/index.ts'
import { verifyExport } from '../second-verifier/verifier.ts'
import { Customer } from '../support/customer.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const FIRST = ['judy', 'kate', 'liam', 'mona']
/** Two providers and two buyers, who have better things to do besides. */
const ELECTED = ['alex', 'peter', 'maria', 'nina']
const ELECTION = {
  epochBlocks: 16,
  epochMs: 86_400_000,
  tallyBlocks: 4,
  bond: '10',
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 1_000
} as const
/** Fresh money has no vote for two epochs, and whom it elects takes over at the end of the third. */
const REGISTRATIONS_MAX = 6 * ELECTION.epochBlocks

describe('a market whose coordinators are voted out', () => {
  let lab: Lab
  let customer: Customer
  let maria: LabNode
  /** She keeps nothing of the ledger and has what she reads proven. */
  let olga: LabNode
  const scenario = scenarios(() => lab)
  const elected = (): LabNode[] => ELECTED.map(name => lab.node(name))
  const present = (): string[] => customer.peer.state.epoch.members.map(({ name }) => name)

  before(async () => {
    lab = await Lab.open({ colleagues: FIRST.slice(1), parameters: { election: ELECTION } })
    await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('peter', { role: 'provider' }),
      // Whoever stands keeps the ledger.
      lab.join('maria', { role: 'buyer', ledger: 'full' }),
      lab.join('nina', { role: 'buyer', ledger: 'full' }),
      lab.join('olga', { role: 'buyer' })
    ])
    olga = lab.node('olga')
    maria = lab.node('maria')
    customer = await Customer.join(lab, 'anna')
    await addHost(lab.node('alex'), 'virt17', [maria, olga])
    await addHost(lab.node('peter'), 'virt13', [maria, olga])
    await maria.ask('machine create Configuration10 --name web1 --bid-storage 10 --bid-running 1')
    await maria.ask('machine store web1 --host virt17')
    await maria.ask('machine start web1')
    await olga.ask('machine create Configuration10 --name web2 --bid-storage 10 --bid-running 1')
    await olga.ask('machine store web2 --host virt17')
    await olga.ask('machine start web2')
  })
  after(async () => {
    await customer.close()
    await lab.close()
  })

  /** Somebody works until it is so. */
  async function until(condition: () => boolean): Promise<void> {
    for (let at = 0; at < REGISTRATIONS_MAX; at++) {
      if (condition()) return
      await customer.register(1)
    }
    assert.fail(`after ${REGISTRATIONS_MAX} registrations the coordinators are ${present().join()}`)
  }

  scenario('four who stand are elected and take over, while a machine runs and moves', async () => {
    for (const node of elected()) {
      await node.ask('coordinator stand')
    }
    for (const node of elected()) await node.ask(`vote ${ELECTED.join(' ')}`)
    assert.deepEqual(present(), FIRST)
    await maria.ask('machine stop web1')
    const moving = maria.ask('machine move web1 --host virt13')
    await until(() => present().every(name => ELECTED.includes(name)))
    await moving
    assert.deepEqual(present().toSorted(), ELECTED.toSorted())
    await maria.ask('machine start web1')
    const { state, holder } = await maria.machine('web1')
    assert.deepEqual([state, holder?.name], ['started', 'virt13'])
  })

  scenario('everybody sees the new terms', async () => {
    const names = ({ members }: ElectionView) => members.map(({ name }) => name).toSorted()
    for (const name of [...FIRST, ...ELECTED, 'olga']) {
      await eventually(
        `${name} sees the new terms`,
        () => lab.node(name).client.call('election.show', {}),
        view => names(view).join() === ELECTED.toSorted().join()
      )
    }
  })

  scenario('the market goes on when the nodes of all former coordinators are killed', async () => {
    await Promise.all(FIRST.map(name => lab.node(name).kill()))
    await customer.register(ELECTION.epochBlocks + 2)
    await maria.ask('machine stop web1')
  })

  scenario(
    'a buyer who replays nothing went along, and moves her machine under the new ones',
    async () => {
      assert.equal((await olga.client.call('node.status', {})).ledger.kind, 'light')
      assert.equal((await olga.machine('web2')).state, 'started')
      await olga.ask('machine stop web2')
      await olga.ask('machine move web2 --host virt13')
      const { state, holder } = await olga.machine('web2')
      assert.deepEqual([state, holder?.name], ['stopped', 'virt13'])
    }
  )

  scenario('it goes on without one of the new ones, which comes back', async () => {
    const nina = lab.node('nina')
    await nina.kill()
    await customer.register(8)
    await nina.start()
    const newest = customer.peer.state.height
    await eventually(
      'nina has what she missed',
      () => nina.client.call('ledger.head', {}),
      ({ height }) => height >= newest
    )
    await customer.register(4)
  })

  scenario('one chain from the genesis over all hand-overs passes the audit', async () => {
    const { height, genesis, epoch } = customer.peer.state
    assert.ok(epoch.epoch >= 3, `epoch ${epoch.epoch}`)
    const chain: CertifiedBlock[] = []
    for await (const said of follow(await customer.peer.open('ledger', maria), 1)) {
      if (said.kind === 'block') chain.push(said.block)
      if (chain.length === height) break
    }
    const report = auditReport(chain.reduce(auditStep, createAudit(genesis, nodeCrypto)))
    assert.deepEqual(
      report.lines.filter(line => !line.ok),
      []
    )
    assert.equal(report.height, height)
    const names = chain.flatMap(({ block }) => block.header.nextSet?.map(({ name }) => name) ?? [])
    assert.ok(ELECTED.every(name => names.includes(name)))
  })

  scenario("a stranger's program accepts the exported ledger over all hand-overs", async () => {
    const file = join(lab.dir, 'export')
    const exported = await maria.ask<{ to: number }>(`ledger export ${file}`)
    const { height, why, figures } = verifyExport(readFileSync(file))
    assert.deepEqual([height, figures?.height], [null, exported.to], why)
    assert.ok(exported.to > ELECTION.epochBlocks * 3, `${exported.to} blocks`)
  })
})
