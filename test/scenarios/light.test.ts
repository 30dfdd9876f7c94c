/**
 * A buyer whose node replays nothing, in a market of full nodes: the whole life of a machine, a restart, a hand-over to other
 * coordinators, and what it says when nobody has a head that is new enough.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { dataLayout, type ElectionView, type MachineView } from '../../node/client.ts'
import { lightValues } from '../../node/light/index.ts'
import { openStore } from '../../node/store/index.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const BID = '--bid-storage 10 --bid-running 1'
const ELECTION = {
  epochBlocks: 16,
  epochMs: 86_400_000,
  tallyBlocks: 4,
  bond: '100',
  turnoutPercent: 10,
  sizeMax: 1,
  silenceViews: 1_000
} as const
/** Fresh money has no vote for two epochs, and whom it elects takes over at the end of the third. */
const TRIES_MAX = 3 * ELECTION.epochBlocks

describe('a market with a light buyer', () => {
  let lab: Lab
  let maria: LabNode
  let alex: LabNode
  let olga: LabNode
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ parameters: { election: ELECTION } })
    ;[alex, , maria, olga] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('peter', { role: 'provider' }),
      lab.join('maria', { role: 'buyer' }),
      lab.add('olga', { role: 'observer' })
    ])
    await addHost(alex, 'virt17', [maria])
    await addHost(lab.node('peter'), 'virt13', [maria])
  })
  after(() => lab.close())

  const balanceOf = async (node: LabNode): Promise<string> =>
    (await node.client.call('account.show', { account: 'maria' })).balance
  const membersIn = async (node: LabNode): Promise<string> =>
    (await node.client.call('election.show', {})).members.map(({ name }) => name).join()

  /** What a full node has replayed by now. */
  async function sameAsFull(): Promise<void> {
    const { height } = await maria.client.call('ledger.head', {})
    await eventually(
      `olga has block ${height}`,
      () => olga.client.call('ledger.head', {}),
      head => head.height >= height
    )
    assert.equal(await balanceOf(maria), await balanceOf(olga))
  }

  async function is(name: string, state: string, holder: string | null, version: number) {
    const machine = await maria.machine(name)
    const found = [machine.state, machine.holder?.name ?? null, machine.version]
    assert.deepEqual(found, [state, holder, version])
  }

  scenario('it says that it is light, to its owner and to the doctor', async () => {
    const status = await maria.client.call('node.status', {})
    assert.equal(status.ledger.kind, 'light')
    assert.equal((await olga.client.call('node.status', {})).ledger.kind, 'full')
    assert.match((await maria.virtuoso('node status')).stdout, /Ledger +light, height/)
    assert.match((await maria.virtuoso('doctor')).stdout, /light ledger, height/)
    assert.match((await maria.virtuoso('ledger head')).stdout, /not known to a light node/)
  })

  scenario('a machine lives its whole life, and both see the same bill', async () => {
    await maria.ask(`machine create Configuration10 --name web1 ${BID}`)
    const { matches } = await maria.ask<{ matches: { name: string; online: boolean }[] }>(
      'machine search web1'
    )
    assert.deepEqual(matches.map(({ name }) => name).toSorted(), ['virt13', 'virt17'])
    assert.ok(matches.every(({ online }) => online))
    await maria.ask('machine store web1 --host virt17')
    await is('web1', 'stored', 'virt17', 1)
    await maria.ask('machine start web1')
    await is('web1', 'started', 'virt17', 1)
    await maria.ask('machine suspend web1')
    await maria.ask('machine move web1 --host virt13')
    await is('web1', 'suspended', 'virt13', 3)
    await maria.ask('machine resume web1')
    await is('web1', 'started', 'virt13', 3)
    await maria.ask('machine stop web1')
    await is('web1', 'stopped', 'virt13', 4)
    await sameAsFull()
    await maria.ask('machine delete web1 --yes')
    await sameAsFull()
  })

  scenario('what needs blocks is replayed from those of a peer', async () => {
    const audited = await maria.virtuoso('audit')
    assert.equal(audited.code, 0, audited.stderr)
    assert.ok((await maria.client.call('audit', {})).ok)
    const made = await maria.ask<MachineView>(`machine create Configuration10 --name web2 ${BID}`)
    await maria.ask('machine store web2 --host virt17')
    const { versions } = await maria.client.call('machine.history', { machine: made.uuid })
    assert.deepEqual(
      versions.map(({ version, state }) => [version, state]),
      [
        [0, 'registered'],
        [1, 'stored']
      ]
    )
  })

  scenario('what the ledger refuses is told with its code and a sentence', async () => {
    await maria.refused('machine start web2 --spend-limit 0.0000000001', {
      exit: 4,
      code: 'SPEND_LIMIT_TOO_LOW',
      says: /the first running period costs/
    })
    await maria.ask('machine start web2 --spend-limit 1')
    await maria.refused('machine raise-limit web2 --spend-limit 0.5', {
      exit: 4,
      code: 'SPEND_LIMIT_TOO_LOW',
      says: /the limit is 1 .*already: a higher one raises it/
    })
    await maria.ask('machine stop web2')
    await maria.refused('account open maria --kind buyer', {
      exit: 1,
      code: 'ACCOUNT_EXISTS',
      says: /open already/
    })
  })

  scenario('after a restart it goes on from the head that it had', async () => {
    const { height } = await maria.client.call('ledger.head', {})
    await maria.kill()
    await maria.start()
    const again = await maria.client.call('ledger.head', {})
    assert.ok(again.height >= height, `height ${again.height} after ${height}`)
    await is('web2', 'stopped', 'virt17', 2)
    await sameAsFull()
  })

  scenario('it follows the election of another coordinator, whom it votes for', async () => {
    const work = async (condition: (view: ElectionView) => boolean): Promise<void> => {
      for (let at = 0; at < TRIES_MAX; at++) {
        if (condition(await maria.client.call('election.show', {}))) return
        const made = await maria.client.call('machine.create', {
          configuration: 'Configuration10',
          name: 'idle',
          bid: { storagePer30Days: '1', runningPerHour: '1' }
        })
        await maria.client.call('machine.discard', { machine: made.uuid })
      }
      assert.fail(`not seen in ${2 * TRIES_MAX} transactions`)
    }
    await work(({ epoch }) => epoch >= 2)
    await alex.ask('coordinator stand')
    await maria.ask('vote alex')
    await work(({ members }) => members.some(({ name }) => name === 'alex'))
    assert.equal(await membersIn(maria), 'alex')
    await lab.coordinator.kill()
    await maria.ask('machine start web2')
    await is('web2', 'started', 'virt17', 2)
    await sameAsFull()
  })

  scenario('it tells nobody an old truth when the ledger stands still', async () => {
    await alex.kill()
    const refused = await eventually(
      'maria has no head that is new enough',
      () =>
        maria.client.call('account.show', {}).then(
          () => null,
          error => error as unknown
        ),
      error => error !== null
    )
    assert.equal((refused as { code?: string }).code, 'LEDGER_STALE')
    await maria.refused('machine stop web2', {
      exit: 5,
      code: 'LEDGER_STALE',
      says: /is \d+ s old, 30 s are allowed/
    })
    const status = await maria.client.call('node.status', {})
    assert.deepEqual([status.ledger.behind, status.account?.name], [true, 'maria'])
    await alex.start()
    await eventually(
      'maria has a new head',
      () => maria.client.call('node.status', {}),
      ({ ledger }) => !ledger.behind
    )
    await maria.ask('machine stop web2')
  })

  scenario('it keeps its checkpoint, and no block', async () => {
    const { height } = await maria.client.call('ledger.head', {})
    await maria.kill()
    const store = await openStore(dataLayout(maria.dir).store)
    try {
      for await (const { block } of store.chain.blocks(1)) {
        assert.fail(`block ${block.header.height} is kept`)
      }
      const kept = await store.records('light', lightValues).get('checkpoint')
      assert.ok((kept?.head?.height ?? 0) >= height)
      assert.ok((kept?.epoch ?? 0) >= 3)
    } finally {
      await store.close()
    }
  })
})
