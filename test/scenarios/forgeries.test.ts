/** What a peer that speaks the protocols itself gets when it lies, repeats itself or comes too late. */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import {
  accountIdOf,
  type OrderVerb,
  signOrder,
  signTransaction,
  type Transaction
} from '../../ledger/index.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import { submit } from '../../protocols/ledger/index.ts'
import { addHost, eventually, Lab, type LabNode, scenarios, uuidOf } from '../support/lab.ts'
import { applied, Stranger } from '../support/stranger.ts'

describe('a stranger among honest nodes', () => {
  let lab: Lab
  let alex: LabNode
  let maria: LabNode
  let observer: LabNode
  let eve: Stranger
  let web1: string
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open()
    ;[alex, maria, observer, eve] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('maria', { role: 'buyer' }),
      lab.add('olga', { role: 'observer' }),
      Stranger.join(lab, 'eve')
    ])
    await addHost(alex, 'virt17', [maria, observer])
    await maria.ask('machine create Configuration10 --name web1 --bid-storage 10 --bid-running 1')
    await maria.ask('machine store web1 --host virt17')
    web1 = await uuidOf(maria, 'web1')
    await eve.sees(web1, machine => machine.state === 'stored')
  })

  after(async () => {
    await eve.close()
    await lab.close()
  })

  scenario('an order for an older version is refused by the host', async () => {
    const { version } = eve.machine(web1)
    const answer = await eve.send(alex, await eve.order(maria, web1, { version: version - 1 }))
    refusedWith(answer, 'STALE_VERSION', /version 0.*version 1|version 1.*version 0/)
    assert.equal(eve.machine(web1).state, 'stored')
  })

  scenario('an order that somebody else signed is refused by the host', async () => {
    const { order } = await eve.order(maria, web1)
    const { account } = eve.identity
    const { owner } = eve.machine(web1)
    const forged = signOrder(eve.replica.network, order, owner, account)
    refusedWith(await eve.send(alex, forged), 'ORDER_FORGED', /not signed by the key of maria/)
    const own = accountIdOf(account.publicKey, nodeCrypto)
    const hers = signOrder(eve.replica.network, order, own, account)
    refusedWith(await eve.send(alex, hers), 'NOT_OWNER', /is maria's/)
  })

  scenario('an order that has run out, or names another host, is refused', async () => {
    const late = await eve.order(maria, web1, { expiryHeight: eve.state.height - 1 })
    refusedWith(await eve.send(alex, late), 'ORDER_EXPIRED', /sign another/)
    const host = '00000000-0000-8000-8000-000000000000'
    const lost = await eve.order(maria, web1, { host })
    refusedWith(await eve.send(alex, lost), 'WRONG_HOST', /names host 00000000/)
  })

  scenario('a cancelled order is void, even where the host has never seen it', async () => {
    const order = await eve.order(maria, web1)
    const { account } = await maria.identity()
    const { owner } = eve.machine(web1)
    const submitter = eve.submitterFor('account', owner, account)
    const { sequence } = order.order
    await applied(submitter.submit({ type: 'cancel-orders', machine: web1, sequence }))
    await settled(alex, eve)
    refusedWith(await eve.send(alex, order), 'ORDER_USED', /\d/)
    assert.equal(eve.machine(web1).state, 'stored')
  })

  scenario('an order is carried out once, and a used one never again', async () => {
    const start = await eve.order(maria, web1)
    assert.equal((await eve.send(alex, start)).kind, 'done')
    await eve.sees(web1, machine => machine.state === 'started')
    refusedWith(await eve.send(alex, start), 'ORDER_USED', /\d/)
    const stop = await eve.order(maria, web1, verb('stop'))
    assert.equal((await eve.send(alex, stop)).kind, 'done')
    const { version } = await eve.sees(web1, machine => machine.state === 'stopped')
    for (const used of [start, stop]) {
      refusedWith(await eve.send(alex, used), 'ORDER_USED', /\d/)
    }
    assert.deepEqual(
      [eve.machine(web1).state, eve.machine(web1).version],
      ['stopped', version],
      'a used order changed the machine'
    )
  })

  scenario(
    'a transaction cannot be replayed, outlive its expiry or bear a forged name',
    async () => {
      const { account } = await maria.identity()
      const id = accountIdOf(account.publicKey, nodeCrypto)
      const { network } = eve.replica
      const nonce = eve.state.account(id)?.nonce ?? assert.fail('maria has no account')
      const { height } = eve.state
      const sequence = eve.machine(web1).orderSequence + 1
      const fresh: Transaction = {
        signer: { kind: 'account', id },
        nonce: nonce + 1,
        expiryHeight: height + 60,
        feeMax: 0n,
        body: { type: 'cancel-orders', machine: web1, sequence }
      }
      const send = async (change: Partial<Transaction>, key = account) => {
        const signed = signTransaction(network, { ...fresh, ...change }, key)
        const reply = await submit(await eve.open('ledger', lab.coordinator), [signed])
        if (reply.kind === 'refused') return reply
        const [refusal] = reply.answers
        return refusal ? { kind: 'refused', ...refusal } : { kind: 'accepted' }
      }
      refusedWith(await send({ expiryHeight: height - 1 }), 'INVALID_EXPIRED', /sign it again/)
      refusedWith(await send({ expiryHeight: 10_000_000 }), 'INVALID_EXPIRED', /is the most/)
      refusedWith(await send({ nonce }), 'INVALID_NONCE', /the next one is \d+/)
      refusedWith(await send({}, eve.identity.account), 'INVALID_SIGNATURE', /\w/)
      assert.equal((await send({})).kind, 'accepted')
      await eve.sees(web1, machine => machine.orderSequence === sequence)
      refusedWith(await send({}), 'INVALID_NONCE', /was used/)
    }
  )

  scenario('a forged offer is refused and never listed, however it comes', async () => {
    const virt17 = [...eve.state.hosts()][0] ?? assert.fail('no host')
    const mallory = await eve.becomeHost('mallory')
    const forged = eve.offer(virt17, { sequence: Date.now() + 10_000_000 })
    const stolen = eve.offer(mallory, { owner: virt17.owner, sequence: Date.now() + 1_000 })
    const honest = eve.offer(mallory)
    await eve.serveOffers()
    // Reject lowers the score of its sender, so the honest offer goes first: it shows that eve is heard.
    await eve.advertise(honest, observer)
    const before = await observer.client.call('offer.list', {})
    eve.shelf.push(forged, stolen)
    await eve.announce(forged)
    await eventually(
      'the observer refuses the forgery',
      async () => observer.log,
      log => log.includes('an offer was refused') && log.includes('code=FORGED')
    )
    const { offers } = await observer.client.call('offer.list', {})
    const of = (list: typeof offers) => list.find(offer => offer.host === virt17.uuid)
    assert.equal(of(offers)?.sequence, of(before.offers)?.sequence)
    assert.equal(of(offers)?.prices.storagePrice, '0.01')
    // A newcomer asks every peer it meets for a snapshot, this one too.
    const newcomer = await lab.add('nora', { role: 'observer' })
    await (await eve.open('market', newcomer)).close()
    await eventually(
      'the newcomer refuses both lies of the snapshot',
      async () => newcomer.log,
      log => log.includes('code=FORGED') && log.includes('code=WRONG_OWNER')
    )
    const heard = await newcomer.client.call('offer.list', {})
    assert.notEqual(of(heard.offers)?.sequence, forged.offer.sequence)
    assert.ok(!heard.offers.some(offer => offer.sequence === stolen.offer.sequence))
  })
})

function verb(name: OrderVerb) {
  return { verb: name, spendLimit: null }
}

function refusedWith(
  answer: { readonly kind: string; readonly code?: string; readonly message?: string },
  code: string,
  says: RegExp
): void {
  assert.equal(answer.code, code, JSON.stringify(answer))
  assert.match(answer.message ?? '', says)
}

/** The node has read what the stranger has read. */
async function settled(node: LabNode, stranger: Stranger): Promise<void> {
  const { height } = stranger.state
  await eventually(
    `${node.name} has block ${height}`,
    () => node.client.call('ledger.head', {}),
    head => head.height >= height
  )
}
