/** People of a market, each with a node of their own, stand for coordinator and vote; at the command line. */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { ElectionView } from '../../node/index.ts'
import { eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

const ELECTION = {
  epochBlocks: 10_000,
  epochMs: 86_400_000,
  tallyBlocks: 100,
  bond: '100',
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 1_000
} as const

describe('an election', () => {
  let lab: Lab
  let anna: LabNode
  let bert: LabNode
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ parameters: { election: ELECTION } })
    // Whoever stands keeps the ledger.
    anna = await lab.join('anna', { role: 'buyer', ledger: 'full' })
    bert = await lab.join('bert', { role: 'provider' })
  })
  after(() => lab.close())

  const show = (node: LabNode): Promise<ElectionView> => node.client.call('election.show', {})

  scenario('a node stands with its own key and addresses, and its bond is locked up', async () => {
    const { code, stdout } = await anna.virtuoso('coordinator stand')
    assert.equal(code, 0)
    assert.match(stdout, /anna +standing/)
    const { candidates } = await eventually(
      'bert hears that anna stands',
      () => show(bert),
      view => view.candidates.length === 1
    )
    const { node } = await anna.identity()
    assert.equal(candidates[0]?.key, node.publicKey)
    const { addresses } = await anna.client.call('node.status', {})
    assert.deepEqual(candidates[0]?.addresses, addresses.slice(0, 8))
    assert.equal((await anna.client.call('account.show', {})).balance, '900')
  })

  scenario('a ballot names candidates by name, and is seen by its voter', async () => {
    const { code, stdout } = await bert.virtuoso('vote anna')
    assert.equal(code, 0)
    assert.match(stdout, /Your ballot, which weighs \$ 0 now: anna/)
    const shown = await bert.virtuoso('election show')
    assert.match(shown.stdout, /judy/)
    assert.match(shown.stdout, /Chosen if counted now +nobody/)
  })

  scenario(
    'a ballot for a stranger and a second candidacy of one node are refused with a hint',
    async () => {
      const stranger = await bert.virtuoso('vote judy --json')
      assert.equal(stranger.code, 3)
      assert.match(stranger.stderr, /virtuoso election show/)
      const unknown = await bert.virtuoso('coordinator withdraw')
      assert.notEqual(unknown.code, 0)
      assert.match(unknown.stderr, /bert is no candidate/)
    }
  )

  scenario('a light node votes, and is told what it must be to stand', async () => {
    const cora = await lab.join('cora', { role: 'buyer' })
    const { code, stdout } = await cora.virtuoso('vote anna')
    assert.equal(code, 0)
    assert.match(stdout, /Your ballot, which weighs \$ 0 now: anna/)
    await cora.refused('coordinator stand', {
      exit: 1,
      code: 'NEEDS_FULL_NODE',
      says: /this node is light/,
      hints: /"ledger" to "full"/
    })
    await cora.refused('account issue anna 5', {
      exit: 4,
      code: 'NOT_ISSUER',
      says: /not the issuer/
    })
  })

  scenario('who withdraws before ever serving has the bond back at once', async () => {
    const { code, stdout } = await anna.virtuoso('coordinator withdraw')
    assert.equal(code, 0)
    assert.match(stdout, /Nobody stands yet/)
    assert.equal((await anna.client.call('account.show', {})).balance, '1000')
  })

  scenario('only the issuer makes money, and everybody sees how much', async () => {
    const refused = await anna.virtuoso('account issue anna 5')
    assert.equal(refused.code, 4)
    assert.match(refused.stderr, /not the issuer/)
    const judy = lab.coordinator
    await judy.client.call('account.open', { name: 'judy', kind: 'buyer' })
    assert.equal((await judy.virtuoso('account issue anna 5')).code, 0)
    await eventually(
      'anna has the money',
      () => anna.client.call('account.show', {}),
      ({ balance }) => balance === '1005'
    )
    assert.ok((await judy.client.call('audit', {})).ok)
  })
})
