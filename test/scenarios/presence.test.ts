/**
 * A host that is heard, falls silent, is cut off, and comes back; what its machines cost meanwhile, and the ways
 * out that their owner and the provider have without a word of each other. On real QEMU where there is one.
 */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { FeesView, MachineView } from '../../node/client.ts'
import { guestsOf } from '../../tui/first-run/leftovers.ts'
import { debianMini, whyNoQemu } from '../support/debian-mini.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

/** Silence is three whole periods and what is left of one: more than the 5 s between two blocks of an idle ledger. */
const ALIVE_PERIOD_MS = 2_000
/** More than the 5 s between two blocks of an idle ledger. */
const LEASE_MS = 7_000
const GRACE_MS = 2_000
/** Beyond the lease, so that the standstill shows in the next debit. */
const PAUSE_MS = 1_500
const BID = '--bid-storage 10 --bid-running 1'
const missing = await whyNoQemu()
const CONFIGURATION = missing === undefined ? 'debian-mini' : 'Configuration10'

describe('a host and its silence', () => {
  let lab: Lab
  let maria: LabNode
  let bob: LabNode
  let startedMs = 0
  const scenario = scenarios(() => lab)

  before(async () => {
    const images = missing === undefined ? { images: (await debianMini()).folder } : {}
    const fees = { openFee: '0.5', registerFee: '0.05', transactionFee: '0.01' }
    const clocks = { alivePeriodMs: ALIVE_PERIOD_MS, leaseMs: LEASE_MS, graceMs: GRACE_MS }
    lab = await Lab.open({ ...images, parameters: { ...clocks, ...fees } })
    const vmm = { kind: missing === undefined ? 'qemu' : 'fake' } as const
    ;[maria, bob] = await Promise.all([
      lab.join('maria', { role: 'buyer' }),
      lab.join('bob', { role: 'provider', vmm })
    ])
    await addHost(bob, 'virt17', [maria])
    for (const name of ['kept', 'released', 'lost']) {
      await storeNew(name)
      await maria.ask(`machine start ${name}`)
    }
    startedMs = (await maria.client.call('node.status', {})).ledger.timeMs
  })

  after(() => lab.close())

  scenario('a machine under notice is evicted when the grace is over, and not before', async () => {
    await storeNew('noticed')
    await bob.refused('host evict noticed --yes', { exit: 1, code: 'GRACE_LEFT', says: /notice/ })
    const noticed = await bob.ask<MachineView>('host give-notice noticed')
    assert.notEqual(noticed.graceEndsMs, null)
    const evicted = await eventually(
      'the host evicts it',
      () => maria.machine('noticed'),
      machine => machine.state === 'registered'
    )
    assert.deepEqual([evicted.holder, evicted.version], [null, noticed.version + 1])
    assert.ok((await ledgerTime()) >= (noticed.graceEndsMs ?? 0), 'the grace was kept')
    await eventually('its files are gone', held, names => !names.includes('noticed'))
  })

  scenario('the clock of a machine goes on as long as its host is heard', async () => {
    await eventually('six periods', ledgerTime, at => at >= startedMs + 6 * ALIVE_PERIOD_MS)
    const { runningDueMs, holder } = await maria.machine('kept')
    assert.equal(holder?.silent, false)
    assert.notEqual(runningDueMs, null)
  })

  scenario('a host cut off from the ledger pauses its guests, and lets them go again', async () => {
    const { runningDueMs, version } = await maria.machine('kept')
    const [paused, gone] = [pauses(), goes()]
    lab.coordinator.freeze()
    await eventually(
      'all guests are paused',
      async () => pauses(),
      now => now >= paused + 3
    )
    const pausedMs = Date.now()
    await eventually(
      'the pause lasts',
      async () => Date.now(),
      now => now > pausedMs + PAUSE_MS
    )
    lab.coordinator.thaw()
    await eventually(
      'all guests run again',
      async () => goes(),
      now => now >= gone + 3
    )
    const again = await eventually(
      'the pause is not charged: the next debit is later',
      () => maria.machine('kept'),
      machine => Number(machine.runningDueMs) > Number(runningDueMs) + PAUSE_MS / 2
    )
    assert.deepEqual([again.state, again.version], ['started', version])
    if (missing === undefined) await countsOn('kept')
  })

  scenario('while its host is dead a machine costs nothing, and may be taken back', async () => {
    const { runningDueMs } = await maria.machine('kept')
    await bob.kill()
    const pausedBefore = pauses()
    await maria.refused('machine declare-lost lost --yes', {
      exit: 1,
      code: 'HOST_HEARD',
      says: /lost after 14000 ms/
    })
    await eventually('the clock stands', () => maria.machine('kept'), isSilent)
    const released = await maria.ask<MachineView>('machine release released --yes')
    assert.deepEqual([released.state, released.sealed], ['stopped', false])
    await maria.refused('machine start released', { exit: 5, code: 'PEER_UNREACHABLE', says: /./ })
    const lost = await eventually(
      'the host counts as lost',
      () => maria.virtuoso('machine declare-lost lost --yes --json'),
      ran => ran.code === 0
    )
    assert.equal((JSON.parse(lost.stdout) as MachineView).state, 'registered')
    await bob.restart(maria)
    const back = await eventually(
      'the clock goes again',
      () => maria.machine('kept'),
      machine => machine.runningDueMs !== null
    )
    assert.ok(Number(back.runningDueMs) > Number(runningDueMs), 'the silence was not charged')
    assert.match(bob.log, /the ledger hears this host again/)
    assert.ok(
      pauses() > pausedBefore,
      'what ran on without its node was paused before anything else'
    )
  })

  scenario(
    'a host that comes back seals what was released and puts away what was lost',
    async () => {
      await eventually(
        'the released machine is sealed',
        () => maria.machine('released'),
        machine => machine.sealed
      )
      await maria.ask('machine start released')
      await eventually('the lost one is gone', held, names => !names.includes('lost'))
      if (missing === undefined) assert.equal((await guestsOf(bob.dir)).length, 2)
    }
  )

  scenario('a contract ends on the word of its owner, and the host lets go', async () => {
    const free = await maria.ask<MachineView>('machine release-contract kept --yes')
    assert.deepEqual([free.state, free.contract], ['registered', null])
    assert.equal((await held()).includes('kept'), false)
    const stored = await eventually(
      'the host has put the files away and takes the machine anew',
      () => maria.virtuoso('machine store kept --host virt17'),
      ran => ran.code === 0
    )
    assert.match(stored.stdout, /kept is stored on virt17/)
    assert.equal(await cached(), 0)
  })

  scenario('the fees are shown, and the coordinator collects them', async () => {
    const judy = lab.coordinator
    const shown = await maria.virtuoso('ledger fees')
    assert.match(shown.stdout, /Opening an account +\$ 0\.5\n.*machine +\$ 0\.05\n.* \$ 0\.01;/)
    await judy.client.call('account.open', { name: 'judy', kind: 'provider' })
    const { balance } = await judy.client.call('account.show', {})
    const { part } = await judy.ask<FeesView>('ledger fees')
    const after = await judy.ask<FeesView>('ledger collect-fees')
    assert.equal(after.part?.collected, after.part?.earned)
    // The fee of collecting is itself collected: the only coordinator gets all of it back.
    const expected = Number(balance) + Number(part?.earned)
    const { balance: now } = await judy.client.call('account.show', {})
    assert.equal(Number(now).toFixed(6), expected.toFixed(6))
    await maria.refused('ledger collect-fees', {
      exit: 1,
      code: 'COORDINATOR_UNKNOWN',
      says: /no coordinator/
    })
    const audit = await maria.client.call('audit', {})
    assert.ok(audit.ok, JSON.stringify(audit))
  })

  async function storeNew(name: string): Promise<void> {
    await maria.ask(`machine create ${CONFIGURATION} --name ${name} ${BID}`)
    await maria.ask(`machine store ${name} --host virt17`)
  }

  async function ledgerTime(): Promise<number> {
    return (await maria.client.call('node.status', {})).ledger.timeMs
  }

  /** Names of the machines that the ledger gives to the host. */
  async function held(): Promise<readonly string[]> {
    const { hosts } = await bob.client.call('host.list', {})
    return hosts.flatMap(host => host.machines.map(machine => machine.name))
  }

  async function cached(): Promise<number> {
    const { hosts } = await bob.client.call('host.list', {})
    return hosts.flatMap(host => host.cached).length
  }

  const pauses = (): number => told(/the guest is paused/g)
  const goes = (): number => told(/letting the guest run/g)

  function told(what: RegExp): number {
    return [...bob.log.matchAll(what)].length
  }

  function isSilent({ holder, runningDueMs }: MachineView): boolean {
    return holder?.silent === true && runningDueMs === null
  }

  /** The guest's counter lives in its memory only: it has gone on, and was not started anew. */
  async function countsOn(name: string): Promise<void> {
    const { stdout } = await maria.virtuoso(
      `console ${name} -t serial --until counter --seconds 20`
    )
    assert.match(stdout, /counter/)
    assert.doesNotMatch(stdout, /boot [2-9]/)
  }
})
