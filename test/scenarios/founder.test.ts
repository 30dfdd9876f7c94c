/**
 * A network that one node began alone grows up: four nodes of its customers are elected in the place of the founder, whose
 * node is killed. A set of one agrees by itself and a set of four by Simplex: the first epoch of the four is the first in
 * which anybody had to agree with anybody.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { ElectionView } from '../../node/index.ts'
import { eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const NAMES = ['anna', 'bert', 'carl', 'dora']
const ELECTION = {
  epochBlocks: 20,
  epochMs: 86_400_000,
  tallyBlocks: 4,
  bond: '100',
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 1_000
} as const
const BID = { storagePer30Days: '1', runningPerHour: '1' }
/** Blocks come with transactions: more than any epoch has, and as many again for those that are late. */
const TRIES_MAX = 100

describe('a founder', () => {
  let lab: Lab
  let nodes: LabNode[] = []
  let mary: LabNode
  let configuration = ''
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ parameters: { election: ELECTION } })
    nodes = await Promise.all(NAMES.map(name => lab.join(name, { role: 'provider' })))
    mary = await lab.join('mary', { role: 'buyer' })
    const { configurations } = await mary.client.call('market.browse', {})
    configuration = configurations[0]?.configuration.name ?? ''
  })
  after(() => lab.close())

  const show = (node: LabNode): Promise<ElectionView> => node.client.call('election.show', {})
  const membersOf = ({ members }: ElectionView): string[] => members.map(({ name }) => name).sort()

  /** Mary works on, which makes blocks, until she sees what is waited for. */
  async function workUntil(seen: (view: ElectionView) => boolean): Promise<ElectionView> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const view = await show(mary)
      if (seen(view)) return view
      const { uuid: machine } = await mary.client.call('machine.create', {
        configuration,
        bid: BID
      })
      await mary.client.call('machine.discard', { machine })
    }
    throw new Error(`not seen in ${2 * TRIES_MAX} transactions`)
  }

  /** Each of them has everything that mary was told. */
  async function agree(others: readonly LabNode[]): Promise<void> {
    const { height } = await mary.client.call('ledger.head', {})
    for (const node of others) {
      await eventually(
        `${node.name} has block ${height}`,
        () => node.client.call('ledger.head', {}),
        head => head.height >= height
      )
    }
  }

  scenario(
    'money grows old enough to vote in two epochs, in which the founder stays on',
    async () => {
      const view = await workUntil(({ epoch }) => epoch === 2)
      assert.deepEqual(membersOf(view), ['judy'])
    }
  )

  scenario('four who stand and are voted for take over from one', async () => {
    await Promise.all(nodes.map(node => node.client.call('election.stand', {})))
    await eventually(
      'mary sees who stands',
      () => show(mary),
      ({ candidates }) => candidates.length === NAMES.length
    )
    await mary.ask(`vote ${NAMES.join(' ')}`)
    const { epoch } = await show(mary)
    const view = await workUntil(now => now.epoch > epoch)
    assert.deepEqual(membersOf(view), NAMES)
    await workUntil(now => now.height > view.height + 4)
    await agree([...nodes, lab.coordinator])
  })

  scenario('the market does without the founder, who is killed', async () => {
    await lab.coordinator.kill()
    const { height } = await show(mary)
    await workUntil(now => now.height > height + 4)
    await agree(nodes)
  })

  scenario('an audit from the genesis, over sets of one and of four, holds', async () => {
    const audit = await mary.client.call('audit', {})
    assert.ok(audit.ok, JSON.stringify(audit))
  })
})
