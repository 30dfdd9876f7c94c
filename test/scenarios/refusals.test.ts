/** What people are told when they ask for what they may not, cannot or can no longer have. */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { SearchView } from '../../node/client.ts'
import { addHost, Lab, type LabNode, scenarios, uuidOf } from '../support/lab.ts'

const BID = '--bid-storage 10 --bid-running 1'
const PRICES = '--speed-price 1 --memory-price 1 --storage-price 1'

describe('a market with two providers and two buyers', () => {
  let lab: Lab
  let alex: LabNode
  let maria: LabNode
  let otto: LabNode
  const scenario = scenarios(() => lab)

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
    await maria.ask(`machine create Configuration10 --name web1 ${BID}`)
  })

  after(() => lab.close())

  scenario(
    'a buyer who acts on the machine of another is denied and told whose it is',
    async () => {
      const uuid = await uuidOf(maria, 'web1')
      for (const verb of ['start', 'stop', 'suspend', 'resume', 'delete', 'discard']) {
        await otto.refused(`machine ${verb} ${uuid} --yes`, {
          exit: 4,
          code: 'NOT_OWNER',
          says: /belongs to maria, not to you/,
          hints: /machine list/
        })
      }
    }
  )

  scenario('a search tells the constraint no host meets and the nearest price', async () => {
    const search = 'machine search web1 --bid-storage 0.000001 --bid-running 0.000001'
    const found = await maria.ask<SearchView>(search)
    assert.deepEqual(found.matches, [])
    assert.match(found.advice ?? '', /storage|running/)
    const nearest = found.nearest ?? assert.fail('no nearest bid')
    const { stdout } = await maria.virtuoso(search)
    assert.match(stdout, /nearest bid that would have matched: \$ [0-9.]+ per 30 days/)
    assert.ok(stdout.includes(nearest.storagePer30Days), stdout)
    const bid = `--bid-storage ${nearest.storagePer30Days} --bid-running ${nearest.runningPerHour}`
    const again = await maria.ask<SearchView>(`machine search web1 ${bid}`)
    assert.equal(again.matches.length, 1, 'the nearest bid is met')
  })

  scenario('an action that the state does not allow is refused and says which would', async () => {
    const wrong = { exit: 1, code: 'ILLEGAL_STATE', hints: /machine show web1/ }
    await maria.refused('machine start web1', {
      ...wrong,
      says: /web1 is registered; start needs one that is stored/
    })
    await maria.refused('machine move web1 --host virt17', {
      ...wrong,
      says: /web1 is registered; move needs one that is/
    })
  })

  scenario('a buyer does no provider work, and a provider no buyer work', async () => {
    const wrong = { exit: 4, code: 'WRONG_ACCOUNT_KIND' }
    await maria.refused(`host add mine ${PRICES}`, {
      ...wrong,
      says: /this is for a provider; maria is a buyer/,
      hints: /account is a provider/
    })
    for (const line of [`create Configuration10 ${BID}`, 'start web1', 'search web1']) {
      await alex.refused(`machine ${line}`, {
        ...wrong,
        says: /this is for a buyer; alex is a provider/,
        hints: /account is a buyer/
      })
    }
  })

  scenario('a node without an account is told how to open one', async () => {
    await lab.coordinator.refused(`machine create Configuration10 ${BID}`, {
      exit: 4,
      code: 'NO_ACCOUNT',
      says: /no account on the ledger yet/,
      hints: /account open/
    })
  })

  scenario('a machine or host that nobody knows is not found', async () => {
    const wrong = { exit: 3, code: 'NOT_FOUND' }
    await maria.refused('machine start web9', {
      ...wrong,
      says: /no machine is called "web9"/,
      hints: /machine list/
    })
    await maria.refused('machine store web1 --host virt99', {
      ...wrong,
      says: /no host is called "virt99"/
    })
  })

  scenario('a user name that is taken stays with its first owner', async () => {
    const late = await lab.add('late', { role: 'buyer' })
    await late.refused('account open maria --kind buyer', {
      exit: 1,
      code: 'NAME_TAKEN',
      says: /maria/,
      hints: /choose another user name/
    })
  })

  scenario('who has too little money keeps it, and is told the price and the balance', async () => {
    const before = await maria.client.call('account.show', {})
    await maria.refused('machine store web1 --host gold', {
      exit: 4,
      code: 'INSUFFICIENT_FUNDS',
      says: /costs \d+(\.\d+)? dollars, maria has 1000/,
      hints: /account show/
    })
    const after = await maria.client.call('account.show', {})
    assert.equal(after.balance, before.balance)
    assert.equal((await maria.machine('web1')).state, 'registered')
  })

  scenario('of two machines for the last room one is stored, the other told why not', async () => {
    await otto.ask(`machine create Configuration10 --name shop ${BID}`)
    const [hers, his] = await Promise.all([
      maria.virtuoso('machine store web1 --host virt17 --json'),
      otto.virtuoso('machine store shop --host virt17 --json')
    ])
    const told = `${hers.stderr}\n${his.stderr}`
    assert.equal(hers.code + his.code, 1, told)
    assert.match(told, /"NO_CAPACITY"/)
    const [loser, name] = hers.code === 1 ? [maria, 'web1'] : [otto, 'shop']
    await loser.refused(`machine store ${name} --host virt17`, {
      exit: 1,
      code: 'NO_CAPACITY',
      says: /virt17 has 1000 bogomips of speed left, the machine needs 2000: choose another host/,
      hints: /search again/
    })
    assert.equal((await loser.machine(name)).state, 'registered')
  })

  scenario('a spend limit below the first running period starts nothing', async () => {
    const isHers = (await maria.machine('web1')).state === 'stored'
    const [owner, name] = isHers ? [maria, 'web1'] : [otto, 'shop']
    await owner.refused(`machine start ${name} --spend-limit 0`, {
      exit: 4,
      code: 'SPEND_LIMIT_TOO_LOW',
      says: /\d/,
      hints: /higher --spend-limit/
    })
    assert.equal((await owner.machine(name)).state, 'stored')
    assert.equal((await owner.virtuoso(`machine start ${name}`)).code, 0)
  })
})
