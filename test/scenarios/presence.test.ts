/** A host that is heard, falls silent, and comes back; and what its owner's machine costs meanwhile. */
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

/** Silence is three whole periods and what is left of one. */
const ALIVE_PERIOD_MS = 1_500
/** More than the 5 s between two blocks of an idle ledger. */
const LEASE_MS = 8_000
const BID = '--bid-storage 10 --bid-running 1'

describe('a host and its silence', () => {
  let lab: Lab
  let maria: LabNode
  let bob: LabNode
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open({ parameters: { alivePeriodMs: ALIVE_PERIOD_MS, leaseMs: LEASE_MS } })
    ;[maria, bob] = await Promise.all([
      lab.join('maria', { role: 'buyer' }),
      lab.join('bob', { role: 'provider' })
    ])
    await addHost(bob, 'quick', [maria])
    await maria.ask(`machine create Configuration10 --name web1 ${BID}`)
    await maria.ask('machine store web1 --host quick')
    await maria.ask('machine start web1')
  })

  after(() => lab.close())

  scenario('the clock of a machine goes on as long as its host is heard', async () => {
    const { ledger } = await maria.client.call('node.status', {})
    await ledgerReaches(ledger.timeMs + 6 * ALIVE_PERIOD_MS)
    assert.notEqual((await maria.machine('web1')).runningDueMs, null)
  })

  scenario('while its host is dead a machine costs nothing, and then it goes on', async () => {
    const { runningDueMs } = await maria.machine('web1')
    await bob.kill()
    await eventually(
      'the clock stands',
      () => maria.machine('web1'),
      machine => machine.runningDueMs === null
    )
    await bob.restart(maria)
    const back = await eventually(
      'the clock goes again',
      () => maria.machine('web1'),
      machine => machine.runningDueMs !== null
    )
    assert.equal(back.state, 'started')
    assert.ok(Number(back.runningDueMs) > Number(runningDueMs), 'the silence was not charged')
    assert.match(bob.log, /the ledger hears this host again/)
  })

  scenario(
    'a host that is cut off from the ledger pauses its guests, and lets them go when it is back',
    async () => {
      const { runningDueMs, version } = await maria.machine('web1')
      lab.coordinator.freeze()
      await eventually('the guests are paused', paused, said => said)
      lab.coordinator.thaw()
      await eventually(
        'the guest runs again',
        async () => bob.log,
        log => log.lastIndexOf('letting the guest run') > log.lastIndexOf('the guest is paused')
      )
      const again = await maria.machine('web1')
      assert.deepEqual([again.state, again.version], ['started', version])
      assert.ok(Number(again.runningDueMs) > Number(runningDueMs), 'the pause was not charged')
    }
  )

  const paused = async (): Promise<boolean> => /the guest is paused/.test(bob.log)

  async function ledgerReaches(timeMs: number): Promise<void> {
    await eventually(
      `the ledger reaches ${timeMs}`,
      () => maria.client.call('node.status', {}),
      ({ ledger }) => ledger.timeMs >= timeMs
    )
  }
})
