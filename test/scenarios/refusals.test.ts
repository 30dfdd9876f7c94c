/** What people are told when they ask for what they may not, cannot or can no longer have. */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { SearchView } from '../../node/client.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

describe('a market with two providers and two buyers', () => {
  let lab: Lab
  let alex: LabNode
  let maria: LabNode
  let otto: LabNode

  before(async () => {
    lab = await Lab.open()
    ;[alex, , maria, otto] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('peter', { role: 'provider' }),
      lab.join('maria', { role: 'buyer' }),
      lab.join('otto', { role: 'buyer' })
    ])
    // Room for one small machine and a half; and a host that nobody can afford.
    await addHost(alex, 'virt17', [maria, otto], { speed: 3000 })
    await addHost(lab.node('peter'), 'gold', [maria, otto], { storagePrice: '1000' })
    await maria.ask('machine', 'create', 'Configuration10', '--name', 'web1', ...BID)
  })

  after(() => lab.close())

  const scenario = scenarios(() => lab)

  const BID = ['--bid-storage', '10', '--bid-running', '1']

  scenario(
    'a buyer who acts on the machine of another is denied and told whose it is',
    async () => {
      const uuid = await uuidOf(maria, 'web1')
      for (const verb of ['start', 'stop', 'suspend', 'resume', 'delete', 'discard']) {
        await otto.refused(
          {
            exit: 4,
            code: 'NOT_OWNER',
            says: /belongs to maria, not to you/,
            hints: /machine list/
          },
          ...['machine', verb, uuid, '--yes']
        )
      }
    }
  )

  scenario('a search tells the constraint no host meets and the nearest price', async () => {
    const bid = ['--bid-storage', '0.000001', '--bid-running', '0.000001']
    const found = await maria.ask<SearchView>('machine', 'search', 'web1', ...bid)
    assert.deepEqual(found.matches, [])
    assert.ok(found.nearest !== null)
    assert.match(found.advice ?? '', /storage|running/)
    const shown = await maria.virtuoso('machine', 'search', 'web1', ...bid)
    assert.match(shown.stdout, /nearest bid that would have matched: \$ [0-9.]+ per 30 days/)
    assert.ok(shown.stdout.includes(found.nearest.storagePer30Days))
    await eventually(
      'the nearest bid matches',
      () =>
        maria.ask<SearchView>(
          ...['machine', 'search', 'web1', '--bid-storage', found.nearest?.storagePer30Days ?? ''],
          ...['--bid-running', found.nearest?.runningPerHour ?? '']
        ),
      again => again.matches.length === 1
    )
  })

  scenario(
    'an action that the state does not allow is refused and says which state would',
    async () => {
      await maria.refused(
        {
          exit: 1,
          code: 'ILLEGAL_STATE',
          says: /web1 is registered; start needs one that is stored/
        },
        ...['machine', 'start', 'web1']
      )
      await maria.refused(
        { exit: 1, code: 'ILLEGAL_STATE', says: /web1 is registered; move needs one that is/ },
        ...['machine', 'move', 'web1', '--host', 'virt17']
      )
    }
  )

  scenario('a buyer does no provider work, and a provider no buyer work', async () => {
    const [says, hints] = [/this is for a provider; maria is a buyer/, /account is a provider/]
    const wrong = { exit: 4, code: 'WRONG_ACCOUNT_KIND' }
    await maria.refused({ ...wrong, says, hints }, 'host', 'add', 'mine', ...PRICES)
    for (const line of [
      ['machine', 'create', 'Configuration10', ...BID],
      ['machine', 'start', 'web1'],
      ['machine', 'search', 'web1']
    ]) {
      await alex.refused({ ...wrong, says: /this is for a buyer; alex is a provider/ }, ...line)
    }
  })

  scenario('a node without an account is told how to open one', async () => {
    await lab.coordinator.refused(
      { exit: 4, code: 'NO_ACCOUNT', says: /no account on the ledger yet/, hints: /account open/ },
      ...['machine', 'create', 'Configuration10', ...BID]
    )
  })

  scenario('a machine or host that nobody knows is not found', async () => {
    await maria.refused(
      { exit: 3, code: 'NOT_FOUND', says: /no machine is called "web9"/, hints: /machine list/ },
      ...['machine', 'start', 'web9']
    )
    await maria.refused(
      { exit: 3, code: 'NOT_FOUND', says: /no host is called "virt99"/ },
      ...['machine', 'store', 'web1', '--host', 'virt99']
    )
  })

  scenario('who has too little money keeps it, and is told the price and the balance', async () => {
    const before = await maria.client.call('account.show', {})
    await maria.refused(
      {
        exit: 4,
        code: 'INSUFFICIENT_FUNDS',
        says: /costs \d+(\.\d+)? dollars, maria has 1000/,
        hints: /account show/
      },
      ...['machine', 'store', 'web1', '--host', 'gold']
    )
    const after = await maria.client.call('account.show', {})
    assert.equal(after.balance, before.balance)
    assert.equal((await maria.machine(await uuidOf(maria, 'web1'))).state, 'registered')
  })

  scenario(
    'of two machines for the last room one is stored and the other told why not',
    async () => {
      await otto.ask('machine', 'create', 'Configuration10', '--name', 'shop', ...BID)
      const rans = await Promise.all([
        maria.virtuoso('machine', 'store', 'web1', '--host', 'virt17', '--json'),
        otto.virtuoso('machine', 'store', 'shop', '--host', 'virt17', '--json')
      ])
      assert.deepEqual(
        rans.map(ran => ran.code).toSorted(),
        [0, 1],
        rans.map(ran => ran.stderr).join('\n')
      )
      const loser = rans[0]?.code === 1 ? maria : otto
      const name = loser === maria ? 'web1' : 'shop'
      assert.match(rans.find(ran => ran.code === 1)?.stderr ?? '', /"NO_CAPACITY"/)
      await loser.refused(
        {
          exit: 1,
          code: 'NO_CAPACITY',
          says: /virt17 has 1000 bogomips of speed left, the machine needs 2000: choose another host/,
          hints: /search again/
        },
        ...['machine', 'store', name, '--host', 'virt17']
      )
      assert.equal((await loser.machine(await uuidOf(loser, name))).state, 'registered')
    }
  )

  scenario('a spend limit below the first running period starts nothing', async () => {
    const owner =
      (await maria.machine(await uuidOf(maria, 'web1'))).state === 'stored' ? maria : otto
    const name = owner === maria ? 'web1' : 'shop'
    await owner.refused(
      { exit: 4, code: 'SPEND_LIMIT_TOO_LOW', says: /\d/, hints: /higher --spend-limit/ },
      ...['machine', 'start', name, '--spend-limit', '0']
    )
    assert.equal((await owner.machine(await uuidOf(owner, name))).state, 'stored')
    assert.equal((await owner.virtuoso('machine', 'start', name)).code, 0)
  })
})

const PRICES = ['--speed-price', '1', '--memory-price', '1', '--storage-price', '1']

async function uuidOf(buyer: LabNode, name: string): Promise<string> {
  const { machines } = await buyer.client.call('machine.list', {})
  return machines.find(machine => machine.name === name)?.uuid ?? assert.fail(`no ${name}`)
}
