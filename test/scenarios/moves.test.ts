/** Moves that meet a liar, or lose one of their nodes in the middle. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import {
  type HostRecord,
  type MigrationRecord,
  signAcceptance,
  signReceipt
} from '../../ledger/index.ts'
import { encodeConfig, FakeHost } from '../../node/vmm/index.ts'
import {
  BlocksRefused,
  blocksSource,
  type Outline,
  type ServedMachine,
  serveBlocks
} from '../../protocols/blocks/index.ts'
import { type HostHandler, serveOrder } from '../../protocols/order/index.ts'
import { vmmpChannel } from '../../protocols/vmmp/index.ts'
import { addHost, eventually, Lab, type LabNode, scenarios, uuidOf } from '../support/lab.ts'
import { applied, Stranger } from '../support/stranger.ts'

/** Until the ledger takes a move back of which nothing is heard. */
const DEADLINE_MS = 5_000
const BID = '--bid-storage 10 --bid-running 1'
const LIE = 'ab'.repeat(32)

describe('a market in which one host lies and nodes are killed', () => {
  let lab: Lab
  let alex: LabNode
  let peter: LabNode
  let maria: LabNode
  let eve: Stranger
  let liar: HostRecord
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ parameters: { migrationDeadlineMs: DEADLINE_MS } })
    ;[alex, peter, maria, eve] = await Promise.all([
      lab.join('alex', { role: 'provider' }),
      lab.join('peter', { role: 'provider' }),
      lab.join('maria', { role: 'buyer' }),
      Stranger.join(lab, 'eve')
    ])
    await addHost(alex, 'virt17', [maria])
    await addHost(peter, 'virt13', [maria])
    liar = await eve.becomeHost('liar')
    await eve.serveOffers()
    await eve.network.serve('order', stream => serveOrder(stream, promisesEverything()))
    await eve.advertise(eve.offer(liar), maria)
    await maria.ask(`machine create Configuration10 --name web1 ${BID}`)
    await maria.ask('machine store web1 --host virt17')
  })

  after(async () => {
    await eve.close()
    await lab.close()
  })

  scenario('a destination that claims success without the bytes gets nothing', async () => {
    const before = await maria.machine('web1')
    let claimed: () => void = () => undefined
    const claim = new Promise<void>(resolve => {
      claimed = resolve
    })
    await eve.network.serve('vmmp', stream => claimSuccess(stream, () => claimed()))
    const moving = maria.refused('machine move web1 --host liar', {
      exit: 1,
      code: 'NOT_MOVED',
      says: /the machine is where it was/
    })
    await claim
    const uuid = before.uuid
    const migration = await openMove(uuid)
    await commitsWithoutReceipt(uuid, migration)
    await provesWithoutBytes(uuid, migration)
    await moving
    await isAsBefore(before)
    await maria.ask('machine start web1')
    await maria.ask('machine stop web1')
  })

  scenario('an origin that sends other bytes, or another root, is found out', async () => {
    await maria.ask(`machine create Configuration10 --name web2 ${BID}`)
    await maria.ask('machine store web2 --host liar')
    const before = await maria.machine('web2')
    assert.equal(before.root, LIE)
    const { configuration } = eve.machine(before.uuid)
    const sizeBytes = encodeConfig({ uuid: before.uuid, configuration }).length
    const parts = [{ name: 'config', format: 'config-1', sizeBytes } as const, DISK]
    const partRoots = [LIE, LIE]
    let shown: Outline = { parts, partRoots }
    await eve.network.serve('blocks', stream => serveBlocks(stream, async () => outlined(shown)))
    const otherShape = [...parts.slice(0, 1), { ...DISK, sizeBytes: DISK.sizeBytes * 2 }]
    for (shown of [shown, { parts, partRoots: [LIE] }, { parts: otherShape, partRoots }]) {
      await maria.refused('machine move web2 --host virt17', {
        exit: 1,
        code: 'NOT_MOVED',
        says: /the machine is where it was/
      })
      await isAsBefore(before)
      const kept = new FakeHost(join(alex.dir, 'fake-vmm')).machines
      assert.ok(!kept.has(before.uuid), 'nothing of it is kept')
    }
    assert.match(alex.log, /the origin's manifest has root [0-9a-f]{64}, the ledger says abab/)
    assert.match(alex.log, /the origin's manifest has root none, the ledger says abab/)
  })

  scenario(
    'an origin killed in the middle still has the machine, and a second move succeeds',
    async () => {
      const before = await maria.machine('web1')
      alex.freeze()
      const moving = maria.virtuoso('machine move web1 --host virt13 --json')
      await isMigrating(before.uuid)
      await alex.kill()
      const ran = await moving
      assert.equal(ran.code, 1, ran.stderr)
      assert.match(ran.stderr, /"NOT_MOVED".*the machine is where it was/)
      await isAsBefore(before)
      await alex.restart(maria)
      await maria.ask('machine move web1 --host virt13')
      const after = await maria.machine('web1')
      assert.deepEqual([after.holder?.name, after.version], ['virt13', before.version + 1])
    }
  )

  scenario(
    'a destination killed in the middle keeps nothing, and a second move succeeds',
    async () => {
      const before = await maria.machine('web1')
      assert.equal(before.holder?.name, 'virt13')
      peter.freeze()
      const moving = maria.virtuoso('machine move web1 --host virt17 --json')
      await isMigrating(before.uuid)
      await alex.kill()
      peter.thaw()
      const ran = await moving
      assert.equal(ran.code, 1, ran.stderr)
      assert.match(ran.stderr, /"NOT_MOVED".*the machine is where it was/)
      await isAsBefore(before)
      await maria.ask('machine start web1')
      await maria.ask('machine stop web1')
      await alex.restart(maria)
      await maria.ask('machine move web1 --host virt17')
      const after = await maria.machine('web1')
      assert.deepEqual([after.holder?.name, after.state], ['virt17', 'stopped'])
    }
  )

  /** Stores whatever it is told to under a root of its own invention. */
  function promisesEverything(): HostHandler {
    const submitter = eve.submitterFor('host', liar.uuid, eve.identity.node)
    return {
      async order(order) {
        await applied(submitter.submit({ type: 'confirm', order, root: LIE }))
        return { kind: 'done', transaction: null }
      },
      async accept({ request }) {
        const { machine, version, expiryHeight } = request
        const offer = eve.replica.context.statements.offerHash(request.offer)
        const acceptance = signAcceptance(
          eve.replica.network,
          { machine, version, destination: liar.uuid, offer, expiryHeight },
          eve.identity.node
        )
        return { kind: 'accepted', acceptance }
      },
      async purge() {
        return { kind: 'done', transaction: null }
      },
      async vouch() {
        return { kind: 'done', transaction: null }
      },
      async watchMove() {
        return { kind: 'done', transaction: null }
      },
      async query() {
        return { kind: 'host', host: liar.uuid, images: [], methods: ['SCP'], free: liar.totals }
      }
    }
  }

  async function claimSuccess(
    stream: Parameters<typeof vmmpChannel>[0],
    claimed: () => void
  ): Promise<void> {
    const channel = vmmpChannel(stream)
    for (;;) {
      const heard = await channel.receive()
      if (heard === null || !heard.ok) return channel.finish()
      const { message } = heard
      const { machine } = message
      if (message.verb === 'QUERY')
        await channel.send({ verb: 'RESULTS', machine, methods: ['SCP'] })
      if (message.verb !== 'REQ') continue
      await channel.send({
        verb: 'RESP',
        machine,
        version: message.version + 1,
        outcome: 'SUCCESS'
      })
      claimed()
    }
  }

  async function commitsWithoutReceipt(uuid: string, migration: MigrationRecord): Promise<void> {
    const { network } = eve.replica
    const { node } = eve.identity
    const receipt = signReceipt(network, { migration: migration.id, root: migration.root }, node)
    const outcome = await eve
      .submitterFor('host', liar.uuid, node)
      .submit({ type: 'commit-migration', machine: uuid, migration: migration.id, receipt })
    assert.equal(outcome.ok ? 'COMMITTED' : outcome.code, 'RECEIPT_FORGED')
  }

  /** It may read the machine, it is the destination; but without the bytes it cannot answer. */
  async function provesWithoutBytes(uuid: string, migration: MigrationRecord): Promise<void> {
    const source = blocksSource(await eve.open('blocks', alex))
    const { parts } = await source.hello(uuid, migration.id)
    assert.deepEqual(
      parts.map(({ name }) => name),
      ['config', 'disk']
    )
    const proving = source.prove(async challenge => challenge.places.map(() => LIE))
    await assert.rejects(proving, (error: unknown) => {
      assert.ok(error instanceof BlocksRefused)
      assert.equal(error.refusal.code, 'CHALLENGE_FAILED')
      return true
    })
  }

  function openMove(uuid: string): Promise<MigrationRecord> {
    return eventually(
      'the move is open',
      async () => eve.state.migration(uuid),
      migration => migration !== undefined
    ).then(migration => migration ?? assert.fail('no move is open'))
  }

  async function isMigrating(uuid: string): Promise<void> {
    await eventually(
      'the move is on the ledger',
      () => maria.machine(uuid),
      machine => machine.state === 'migrating'
    )
  }

  async function isAsBefore(before: Awaited<ReturnType<LabNode['machine']>>): Promise<void> {
    const now = await maria.machine(before.uuid)
    const facts = ({ state, version, root, holder, migration }: typeof now) => {
      return { state, version, root, holder: holder?.name, migration }
    }
    assert.deepEqual(facts(now), facts(before))
    assert.equal(await uuidOf(maria, before.name), before.uuid)
  }
})

/** The disk of Configuration10. */
const DISK = { name: 'disk', format: 'disk-raw', sizeBytes: 50 * 1024 * 1024 } as const

/** Its outline is all that a destination asks for: the root in it is not the ledger's. */
function outlined(outline: Outline): ServedMachine {
  const never = (): never => assert.fail('nobody gets that far')
  return {
    outline,
    pageRoots: never,
    leaves: never,
    changes: never,
    blocks: never,
    deliver: never,
    side: never,
    patch: never,
    challenge: never,
    judge: never,
    close: () => Promise.resolve()
  }
}
