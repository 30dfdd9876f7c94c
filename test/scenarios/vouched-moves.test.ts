/** Moves whose origin gives every byte and no receipt, and owners who sign in its place, or do not; or it signs late. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import {
  type HostRecord,
  type MigrationRecord,
  type ServedReceipt,
  type SignedReceipt,
  signReceipt
} from '../../ledger/index.ts'
import type { Output } from '../../node/api/index.ts'
import { Packer, servedContent, Throttle } from '../../node/transfer/index.ts'
import { encodeConfig, FakeHost } from '../../node/vmm/index.ts'
import {
  type BlocksRefusal,
  makeChallenge,
  type ServedMachine,
  serveBlocks
} from '../../protocols/blocks/index.ts'
import { type HostHandler, serveOrder, vouchFor } from '../../protocols/order/index.ts'
import { contentOf, manifestOf, type Parts } from '../node/transfer/memory-content.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'
import { applied, Stranger } from '../support/stranger.ts'

const BID = '--bid-storage 10 --bid-running 1'
/** The disk of Configuration10. */
const DISK_BYTES = 50 * 1024 * 1024
const FORMATS = { config: 'config-1', disk: 'disk-raw', memory: '' } as const
const REFUSED = { code: 'NOT_READY', message: 'I would rather keep it' } as const

describe('a market in which an origin withholds its receipts', () => {
  let lab: Lab
  let alex: LabNode
  let maria: LabNode
  let eve: Stranger
  let origin: HostRecord
  /** What it says instead of a receipt. */
  let answer: (receipt: ServedReceipt) => SignedReceipt | BlocksRefusal = () => REFUSED
  let isGone = false
  /** Told of each destination that asks for a machine; it gets it when that resolves. */
  let asked: () => Promise<void> = async () => undefined
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open()
    ;[alex, maria, eve] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('maria', { role: 'buyer' }),
      Stranger.join(lab, 'eve')
    ])
    await addHost(alex, 'virt17', [maria])
    origin = await eve.becomeHost('miser')
    await eve.serveOffers()
    await eve.network.serve('order', stream => serveOrder(stream, storesHonestly()))
    await eve.network.serve('blocks', stream =>
      serveBlocks(stream, async machine => {
        await asked()
        return isGone ? REFUSED : serving(machine)
      })
    )
    await eve.advertise(eve.offer(origin), maria)
  })

  after(async () => {
    await eve.close()
    await lab.close()
  })

  scenario(
    'the owner vouches: the machine arrives at the next version, and the escrow is paid',
    async () => {
      const before = await stored('web1')
      const paidBefore = await balanceOf(alex)
      const moving = await maria.client.call('machine.move', { machine: 'web1', host: 'virt17' })
      const migration = await waitsForWord('web1')
      await strangersAreRefused(migration)
      // What waits for the owner needs nothing of an origin that is not there any more.
      isGone = true
      await alex.kill()
      await alex.restart(maria)
      const told = await maria.ask<Output<'machine.vouch'>>('machine vouch web1 --yes')
      assert.equal(told.destination.name, 'virt17')
      const ended = await maria.carry(Promise.resolve(moving))
      assert.equal(ended.state, 'succeeded', JSON.stringify(ended.error))
      const { holder, state, version, root } = await maria.machine('web1')
      assert.deepEqual(
        [holder?.name, state, version, root],
        ['virt17', 'stored', before.version + 1, before.root]
      )
      assert.ok((await balanceOf(alex)) > paidBefore, 'the first storage period is paid')
      await maria.ask('machine start web1')
      await maria.ask('machine stop web1')
      const audit = await lab.coordinator.virtuoso('audit --json')
      assert.equal(audit.code, 0, audit.stdout)
      await maria.refused('machine vouch web1 --yes', {
        exit: 3,
        code: 'MIGRATION_UNKNOWN',
        says: /web1 has no move under way/
      })
    }
  )

  scenario(
    'a forged receipt is none, and an owner who does not vouch has the machine where it was',
    async () => {
      isGone = false
      const before = await stored('web2')
      answer = receipt => signReceipt(eve.replica.network, receipt, eve.identity.account)
      const moving = await maria.client.call('machine.move', { machine: 'web2', host: 'virt17' })
      await waitsForWord('web2')
      await maria.ask(`operation cancel ${moving.id}`)
      assert.equal((await maria.carry(Promise.resolve(moving))).state, 'cancelled')
      const { holder, state, version } = await maria.machine('web2')
      assert.deepEqual([holder?.name, state, version], ['miser', 'stored', before.version])
      await eventually(
        'the destination has put away what came',
        async () => new FakeHost(join(alex.dir, 'fake-vmm')).machines.has(before.uuid),
        has => !has
      )
    }
  )

  scenario(
    'a destination that was killed while it copied says again what it waits for',
    async () => {
      const before = await maria.machine('web2')
      answer = () => REFUSED
      const dialled = new Promise<void>(resolve => {
        asked = () => {
          resolve()
          return new Promise(() => undefined)
        }
      })
      const moving = await maria.client.call('machine.move', { machine: 'web2', host: 'virt17' })
      await dialled
      await alex.kill()
      asked = async () => undefined
      await alex.restart(maria)
      await waitsForWord('web2')
      await maria.ask('machine vouch web2 --yes')
      assert.equal((await maria.carry(Promise.resolve(moving))).state, 'succeeded')
      const { holder, version } = await maria.machine('web2')
      assert.deepEqual([holder?.name, version], ['virt17', before.version + 1])
    }
  )

  scenario(
    'an origin that signs when it is asked again moves the machine without a word of its owner',
    async () => {
      const before = await stored('web3')
      const moving = await maria.client.call('machine.move', { machine: 'web3', host: 'virt17' })
      await waitsForWord('web3')
      answer = receipt => signReceipt(eve.replica.network, receipt, eve.identity.node)
      const ended = await maria.carry(Promise.resolve(moving))
      assert.equal(ended.state, 'succeeded', JSON.stringify(ended.error))
      const { holder, version, root } = await maria.machine('web3')
      assert.deepEqual([holder?.name, version, root], ['virt17', before.version + 1, before.root])
    }
  )

  async function stored(name: string): Promise<Output<'machine.show'>> {
    await maria.ask(`machine create Configuration10 --name ${name} ${BID}`)
    await maria.ask(`machine store ${name} --host miser`)
    return maria.machine(name)
  }

  async function waitsForWord(name: string): Promise<MigrationRecord> {
    await eventually(
      'the owner is told that its word is waited for',
      () => maria.ask<Output<'machine.migration-status'>>(`machine migrationstatus ${name}`),
      ({ operation }) => operation?.step.startsWith("waiting for the owner's word") === true
    )
    const { uuid } = await maria.machine(name)
    return eve.state.migration(uuid) ?? assert.fail('no move is open')
  }

  async function strangersAreRefused({ id, root, machine }: MigrationRecord): Promise<void> {
    const { network } = eve.replica
    const { account } = await maria.identity()
    const destination = await alex.identity()
    const own = { migration: id, root }
    const wrongs = [
      [signReceipt(network, own, eve.identity.account), 'RECEIPT_FORGED'],
      [signReceipt(network, own, destination.node), 'RECEIPT_FORGED'],
      [signReceipt(network, { ...own, root: id }, account), 'RECEIPT_FORGED'],
      [signReceipt(network, { ...own, migration: root }, account), 'MIGRATION_UNKNOWN']
    ] as const
    for (const [receipt, code] of wrongs) {
      const outcome = await vouchFor(await eve.open('order', alex), { machine, receipt })
      assert.equal(outcome.kind === 'refused' && outcome.code, code)
    }
    assert.equal((await maria.machine(machine)).state, 'migrating')
  }

  async function balanceOf(node: LabNode): Promise<number> {
    return Number((await node.client.call('account.show', {})).balance)
  }

  function partsOf(uuid: string): Parts {
    const { configuration } = eve.machine(uuid)
    const disk = new Uint8Array(DISK_BYTES)
    disk.fill(7, 0, 100_000)
    return new Map([
      ['config', encodeConfig({ uuid, configuration })],
      ['disk', disk]
    ])
  }

  function manifestFor(uuid: string): ReturnType<typeof manifestOf> {
    return manifestOf(partsOf(uuid), (name, { byteLength }) => {
      return { name, format: FORMATS[name], sizeBytes: byteLength }
    })
  }

  function serving(uuid: string): ServedMachine {
    const manifest = manifestFor(uuid)
    const migration = eve.state.migration(uuid)?.id ?? ''
    return {
      ...servedContent({
        content: contentOf(partsOf(uuid)),
        manifest,
        known: async () => undefined,
        packer: new Packer(() => performance.now()),
        throttle: new Throttle(Infinity),
        signal: new AbortController().signal
      }),
      challenge: () => {
        const parts = manifest.parts.map(({ shape }) => shape)
        return makeChallenge(parts, size => randomBytes(size))
      },
      judge: async () => answer({ migration, root: manifest.root })
    }
  }

  /** As a host should, but for the receipts. */
  function storesHonestly(): HostHandler {
    const submitter = eve.submitterFor('host', origin.uuid, eve.identity.node)
    const never = (): never => assert.fail('nobody asks that here')
    return {
      async order(order) {
        const { machine } = order.order
        await eventually(
          'the stranger knows the machine',
          async () => eve.state.machine(machine),
          found => found !== undefined
        )
        const { root } = manifestFor(machine)
        await applied(submitter.submit({ type: 'confirm', order, root }))
        return { kind: 'done', transaction: null }
      },
      accept: never,
      purge: never,
      vouch: never,
      watchMove: never,
      query: never
    }
  }
})
