/** Moves that are asked for by strangers, twice, too late, in vain, or not any more. */
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import type { Stream } from '@libp2p/interface'
import type { Output } from '../../node/api/index.ts'
import { peerTextOf } from '../../node/network/index.ts'
import { FakeHost } from '../../node/vmm/index.ts'
import { BlocksRefused, blocksSource } from '../../protocols/blocks/index.ts'
import {
  acceptRequest,
  purgeRequest,
  requestAcceptance,
  requestPurge
} from '../../protocols/order/index.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'
import { applied, Stranger } from '../support/stranger.ts'

const DEADLINE_MS = 20_000
const BID = '--bid-storage 10 --bid-running 1'

describe('moves that are odd', () => {
  let lab: Lab
  let alex: LabNode
  let peter: LabNode
  let maria: LabNode
  let eve: Stranger
  let uuid = ''
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
    await maria.ask(`machine create Configuration10 --name web1 ${BID}`)
    await maria.ask('machine store web1 --host virt17')
    uuid = (await maria.machine('web1')).uuid
  })

  after(async () => {
    await eve.close()
    await lab.close()
  })

  scenario('a move to the host that holds the machine is refused at once', async () => {
    await maria.refused('machine move web1 --host virt17', {
      exit: 1,
      code: 'MIGRATION_SAME_HOST',
      says: /web1 is on virt17 already/
    })
  })

  scenario('a requester written from the specification alone moves a machine', async () => {
    const before = await maria.machine('web1')
    const words = new RawWords(await eve.open('vmmp', peter))
    await words.say(`<VMMP 1.0 QUERY ${uuid} METHODS>`)
    assert.equal(await words.hear(), `<VMMP 1.0 RESULTS ${uuid} 1 SCP>`)
    await openMove()
    const stale = new RawWords(await eve.open('vmmp', peter))
    await stale.say(await req(before.version - 1, alex))
    assert.equal(
      await stale.hear(),
      `<VMMP 1.0 RESP ${uuid} ${before.version - 1} FAIL>`,
      'the open move is of another version'
    )
    await words.say(await req(before.version, alex))
    let heard = await words.hear()
    while (heard === `<VMMP 1.0 HEARTBEAT ${uuid}>`) heard = await words.hear()
    assert.equal(heard, `<VMMP 1.0 RESP ${uuid} ${before.version + 1} SUCCESS>`)
    const after = await eventually(
      'the owner sees it',
      () => maria.machine('web1'),
      ({ holder }) => holder?.name === 'virt13'
    )
    assert.deepEqual([after.version, after.state], [before.version + 1, 'stored'])
  })

  scenario('a REQ for a move that is over is answered FAIL, and nothing happens', async () => {
    const before = await maria.machine('web1')
    const words = new RawWords(await eve.open('vmmp', alex))
    await words.say(await req(before.version, peter))
    assert.equal(await words.hear(), `<VMMP 1.0 RESP ${uuid} ${before.version} FAIL>`)
    assert.equal((await maria.machine('web1')).version, before.version)
  })

  scenario('a stranger who asks for blocks gets none', async () => {
    for (const node of [alex, peter]) {
      const source = blocksSource(await eve.open('blocks', node))
      await assert.rejects(source.hello(uuid, 'ab'.repeat(32)), (error: unknown) => {
        assert.ok(error instanceof BlocksRefused)
        assert.equal(error.refusal.code, 'NO_SUCH_MOVE')
        return true
      })
    }
  })

  scenario(
    'only the owner has an older version purged, and then nothing of it is left',
    async () => {
      const machine = eve.machine(uuid)
      const host = [...eve.state.hosts()].find(each => each.name === 'virt17')
      assert.ok(host)
      const request = { machine: uuid, host: host.uuid, version: machine.version }
      const forged = purgeRequest.sign(
        eve.replica.network,
        request,
        machine.owner,
        eve.identity.account
      )
      const answer = await requestPurge(await eve.open('order', alex), forged)
      assert.ok(answer.kind === 'refused' && answer.code === 'ORDER_FORGED')
      assert.ok(kept(alex).has(uuid), 'the origin keeps what left')
      const { purged } = await maria.ask<Output<'machine.purge'>>('machine purge web1 --yes')
      assert.deepEqual(
        purged.map(({ name }) => name),
        ['virt17']
      )
      assert.ok(!kept(alex).has(uuid))
      const cached = await alex.ask<Output<'host.cached'>>('host cached')
      assert.deepEqual(cached.copies, [])
      await maria.refused('machine purge web1 --host virt13 --yes', {
        exit: 1,
        code: 'NOT_PURGED',
        says: /not removed at virt13 \(the machine itself is here/
      })
    }
  )

  scenario('a destination without room takes nothing, and says how much it needs', async () => {
    const before = await maria.machine('web1')
    const free = join(alex.dir, 'fake-vmm', 'free-bytes')
    await writeFile(free, '10')
    await maria.refused('machine move web1 --host virt17', {
      exit: 1,
      code: 'NOT_MOVED',
      says: /\d+ bytes are needed in the fake host and 10 are free.*the machine is where it was/
    })
    await rm(free)
    assert.ok(!kept(alex).has(uuid))
    const now = await maria.machine('web1')
    assert.deepEqual([now.state, now.version], [before.state, before.version])
  })

  scenario('a move is called off in the middle, and no second one begins beside it', async () => {
    const before = await maria.machine('web1')
    peter.freeze()
    const moving = await maria.client.call('machine.move', { machine: 'web1', host: 'virt17' })
    await eventually(
      'the move is on the ledger',
      () => maria.machine('web1'),
      ({ state }) => state === 'migrating'
    )
    await maria.refused('machine move web1 --host virt17', {
      exit: 1,
      code: 'ILLEGAL_STATE',
      says: /web1 is migrating/
    })
    const { operation } = await maria.client.call('machine.migration-status', { machine: 'web1' })
    assert.equal(operation?.id, moving.id)
    await maria.ask(`operation cancel ${moving.id}`)
    const ended = await maria.carry(Promise.resolve(moving))
    assert.equal(ended.state, 'cancelled')
    peter.thaw()
    const { state, version, holder } = await maria.machine('web1')
    assert.deepEqual(
      [state, version, holder?.name],
      [before.state, before.version, before.holder?.name]
    )
    await eventually(
      'the destination has put away what came',
      async () => kept(alex).has(uuid),
      has => !has
    )
  })

  scenario(
    'a machine lost with its host goes on from the copy that its former host keeps',
    async () => {
      await maria.refused('machine declare-lost web1 --heir virt17 --yes', {
        exit: 1,
        code: 'NO_COPY',
        says: /this host has no copy of the machine as it was sealed last/
      })
      await maria.ask('machine move web1 --host virt17')
      const moved = await maria.machine('web1')
      await alex.kill()
      await maria.ask('machine declare-lost web1 --heir virt13 --yes')
      const { version, holder, root, state } = await maria.machine('web1')
      assert.ok(version > moved.version)
      assert.deepEqual([state, holder?.name, root], ['stored', 'virt13', moved.root])
      await maria.ask('machine start web1')
      await maria.ask('machine stop web1')
      const cached = await peter.ask<Output<'host.cached'>>('host cached')
      assert.deepEqual(cached.copies, [], 'it is the machine, and no older version')
      await alex.restart(maria)
    }
  )

  scenario('a machine whose files are gone stays where it is, and it is said', async () => {
    const before = await maria.machine('web1')
    await peter.kill()
    await rm(join(peter.dir, 'fake-vmm', 'fake-machines'))
    await peter.restart(maria)
    await maria.refused('machine move web1 --host virt17', {
      exit: 1,
      code: 'NOT_MOVED',
      says: /the machine is where it was/
    })
    const { state, version } = await maria.machine('web1')
    assert.deepEqual([state, version], [before.state, before.version])
  })

  async function req(version: number, origin: LabNode): Promise<string> {
    const { peer, addresses } = await origin.client.call('node.status', {})
    const own = `${peerTextOf(eve.identity.node.publicKey)} /ip4/127.0.0.1/tcp/1`
    return `<VMMP 1.0 REQ ${uuid} ${version} ${peer} ${addresses[0]} ${own} SCP>`
  }

  /** In the owner's name, as its node would: the acceptance, then the OPEN. */
  async function openMove(): Promise<void> {
    const { account } = await maria.identity()
    const machine = eve.machine(uuid)
    const { offers } = await maria.client.call('offer.list', {})
    const offer = offers.find(each => each.name === 'virt13') ?? assert.fail('no offer')
    const destination = eve.state.host(offer.host) ?? assert.fail('no host')
    const node = await peter.identity()
    const signed = eve.offer(
      destination,
      { methods: ['SCP', 'RSYNC', 'REDOLOG'], addresses: [] },
      node.node
    )
    const request = {
      machine: uuid,
      version: machine.version,
      as: 'destination' as const,
      offer: signed,
      expiryHeight: eve.state.height + 60
    }
    const asked = acceptRequest.sign(eve.replica.network, request, machine.owner, account)
    const answer = await requestAcceptance(await eve.open('order', peter), asked)
    assert.ok(answer.kind === 'accepted', JSON.stringify(answer))
    await applied(
      eve.submitterFor('account', machine.owner, account).submit({
        type: 'open-migration',
        machine: uuid,
        version: machine.version,
        sequence: machine.orderSequence + 1,
        offer: signed,
        acceptance: answer.acceptance
      })
    )
  }
})

/** Machines whose bytes lie with a provider. */
function kept(node: LabNode): ReadonlyMap<string, unknown> {
  return new FakeHost(join(node.dir, 'fake-vmm')).machines
}

/** VMMP as `protocols/vmmp/SPEC.md` tells it, with nothing of ours: a varint, and so many bytes of text. */
class RawWords {
  readonly #stream: Stream
  readonly #frames: string[] = []
  #bytes = Buffer.alloc(0)
  #wake: () => void = () => undefined

  constructor(stream: Stream) {
    this.#stream = stream
    stream.addEventListener('message', ({ data }) => {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.from(data.subarray())])
      this.#cut()
      this.#wake()
    })
  }

  async say(text: string): Promise<void> {
    const body = Buffer.from(text, 'utf8')
    const low = body.length & 0x7f
    const head = body.length < 128 ? [low] : [low | 0x80, body.length >> 7]
    this.#stream.send(Buffer.concat([Buffer.from(head), body]))
  }

  async hear(): Promise<string> {
    while (this.#frames.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve
        AbortSignal.timeout(60_000).onabort = () => reject(new Error('nothing was said for 60 s'))
      })
    }
    return this.#frames.shift() ?? ''
  }

  #cut(): void {
    for (;;) {
      const first = this.#bytes[0]
      if (first === undefined || (first >= 128 && this.#bytes.length < 2)) return
      const isLong = first >= 128
      const length = isLong ? (first & 0x7f) | ((this.#bytes[1] ?? 0) << 7) : first
      const head = isLong ? 2 : 1
      if (this.#bytes.length < head + length) return
      this.#frames.push(this.#bytes.subarray(head, head + length).toString('utf8'))
      this.#bytes = this.#bytes.subarray(head + length)
    }
  }
}
