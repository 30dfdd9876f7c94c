/** Guests that end, nodes that are killed while guests of real QEMU run, and a budget that runs out. */
import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import type { MachineView, Output } from '../../node/client.ts'
import { guestsOf } from '../../tui/first-run/leftovers.ts'
import { debianMini, whyNoQemu } from '../support/debian-mini.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

/** A real move takes some seconds on a busy machine, and the ledger hears of it every 20 s. */
const DEADLINE_MS = 15_000
const RUNNING_PERIOD_S = 60
const BID = '--bid-storage 10 --bid-running 1'
const missing = await whyNoQemu()

describe('a market of real and of quick guests', () => {
  let lab: Lab
  let maria: LabNode
  let bob: LabNode
  const scenario = scenarios(() => lab)

  before(async () => {
    const images = missing === undefined ? { images: (await debianMini()).folder } : {}
    lab = await Lab.open({ ...images, parameters: { migrationDeadlineMs: DEADLINE_MS } })
    ;[maria, bob] = await Promise.all([
      lab.join('maria', { role: 'buyer' }),
      lab.join('bob', { role: 'provider' })
    ])
    await addHost(bob, 'quick', [maria], { runningPeriodS: RUNNING_PERIOD_S })
  })

  after(() => lab.close())

  // A running period has 60 s of the ledger's time at least: its end is looked at in the last scenario.
  scenario('a machine starts with a budget of exactly one running period', async () => {
    await maria.ask(`machine create Configuration10 --name meter ${BID}`)
    await maria.ask('machine store meter --host quick')
    const { contract } = await maria.machine('meter')
    const price = contract?.runningPrice ?? assert.fail('no contract')
    await maria.ask(`machine start meter --spend-limit ${price}`)
    const started = await maria.machine('meter')
    assert.deepEqual([started.state, started.spent, started.spendLimit], ['started', price, price])
  })

  scenario('a limit is raised while the machine runs, and a lower one is refused', async () => {
    await maria.ask(`machine create Configuration10 --name purse ${BID}`)
    await maria.ask('machine store purse --host quick')
    await maria.ask(`machine start purse --spend-limit ${(await maria.machine('meter')).spent}`)
    const lower = { exit: 4, code: 'SPEND_LIMIT_TOO_LOW', says: /already: a higher one raises it/ }
    await maria.refused('machine raise-limit purse --spend-limit 0.0000000001', lower)
    const raised = await maria.ask<MachineView>('machine raise-limit purse --spend-limit 1')
    assert.deepEqual([raised.state, raised.spendLimit], ['started', '1'])
  })

  scenario(
    'a guest that powers itself off is stopped on the ledger and costs nothing more',
    async () => {
      await maria.ask(`machine create Configuration10 --name lamp ${BID}`)
      await maria.ask('machine store lamp --host quick')
      await maria.ask('machine start lamp')
      const running = await maria.machine('lamp')
      await maria.virtuoso('console lamp -t serial --send halt\\n --seconds 20')
      await hasFallen(running)
      await maria.ask('machine start lamp')
      await maria.ask('machine stop lamp')
    }
  )

  if (missing === undefined) {
    let alex: LabNode
    let counted = 0

    scenario(
      'a provider killed while its guest runs finds it again, and the counter went on',
      async () => {
        ;[alex] = await Promise.all([
          lab.join('alex', { role: 'provider', vmm: { kind: 'qemu' } }),
          lab.join('peter', { role: 'provider', vmm: { kind: 'qemu' } })
        ])
        await addHost(alex, 'virt17', [maria])
        await addHost(lab.node('peter'), 'virt13', [maria])
        await maria.ask(`machine create debian-mini --name web1 ${BID}`)
        await maria.ask('machine store web1 --host virt17')
        await maria.ask('machine start web1')
        counted = await countsOn(0)
        const [pid, ...others] = await guestsOf(alex.dir)
        assert.deepEqual(others, [], 'one guest runs')
        await alex.kill()
        assert.deepEqual(await guestsOf(alex.dir), [pid], 'the guest outlives its node')
        await alex.restart(maria)
        assert.match(alex.log, /found the guest still running/)
        counted = await countsOn(counted)
        assert.deepEqual(await guestsOf(alex.dir), [pid], 'it is the same guest')
        const { version } = await maria.machine('web1')
        await maria.ask('machine suspend web1')
        const suspended = await maria.machine('web1')
        assert.deepEqual([suspended.state, suspended.version], ['suspended', version + 1])
      }
    )

    for (const [victim, where] of [
      ['alex', 'the origin'],
      ['peter', 'the destination']
    ] as const) {
      scenario(
        `${where} of a real move is killed in the middle, and all is as before`,
        async () => {
          const before = await maria.machine('web1')
          alex.freeze()
          const moving = maria.virtuoso('machine move web1 --host virt13 --json')
          await eventually(
            'the move is on the ledger',
            () => maria.machine('web1'),
            machine => machine.state === 'migrating'
          )
          await lab.node(victim).kill()
          alex.thaw()
          const ran = await moving
          assert.equal(ran.code, 1, ran.stderr)
          assert.match(ran.stderr, /"NOT_MOVED".*the machine is where it was/)
          const { state, version, holder, root } = await maria.machine('web1')
          assert.deepEqual(
            [state, version, holder?.name, root],
            ['suspended', before.version, 'virt17', before.root]
          )
          await lab.node(victim).restart(maria)
        }
      )
    }

    scenario('the next move succeeds, and there the counter goes on', async () => {
      await maria.ask('machine move web1 --host virt13')
      await maria.ask('machine resume web1')
      assert.equal((await maria.machine('web1')).holder?.name, 'virt13')
      counted = await countsOn(counted)
    })

    scenario('a machine that comes back brings only what changed, and goes on there', async () => {
      for (const host of ['virt17', 'virt13', 'virt17', 'virt13']) {
        await maria.ask('machine suspend web1')
        await maria.ask(`machine move web1 --host ${host}`)
        const status = await maria.client.call('machine.migration-status', { machine: 'web1' })
        assert.equal(status.migration, null)
        const { state, progress } = status.operation ?? assert.fail('the move is not told')
        assert.equal(state, 'succeeded')
        const { bytesDone, bytesTotal, bytesReused, bytesSent } =
          progress ?? assert.fail('its bytes are not told')
        assert.equal(bytesDone, bytesTotal)
        assert.ok(bytesReused > bytesTotal / 2, `${bytesReused} of ${bytesTotal} reused`)
        assert.ok(bytesSent <= bytesTotal - bytesReused)
        await maria.ask('machine resume web1')
        counted = await countsOn(counted)
      }
    })

    scenario('a machine that comes back as it left finds its files as they were', async () => {
      const inode = async (): Promise<bigint> => {
        const { uuid } = await maria.machine('web1')
        const disk = join(lab.node('peter').dir, 'vmm', 'machines', uuid, 'disk.qcow2')
        return (await stat(disk, { bigint: true })).ino
      }
      await maria.ask('machine suspend web1')
      const before = await maria.machine('web1')
      const written = await inode()
      await maria.ask('machine move web1 --host virt17')
      await maria.ask('machine move web1 --host virt13')
      const { version, root } = await maria.machine('web1')
      assert.deepEqual([version, root], [before.version + 2, before.root])
      assert.equal(await inode(), written)
      await maria.ask('machine resume web1')
      counted = await countsOn(counted)
    })

    scenario('every version of a machine is told with its holder and its content', async () => {
      const now = await maria.machine('web1')
      const { versions } = await maria.ask<Output<'machine.history'>>('machine history web1')
      const last = versions.at(-1)
      assert.deepEqual(
        [last?.version, last?.state, last?.root, last?.holder?.name],
        [now.version, now.state, now.root, 'virt13']
      )
      assert.equal(versions[0]?.state, 'registered')
      const ascending = versions.every(
        ({ version, height }, at) =>
          at === 0 ||
          (version >= (versions[at - 1]?.version ?? 0) && height >= (versions[at - 1]?.height ?? 0))
      )
      assert.ok(ascending, 'versions and heights never go backwards')
      const text = await maria.virtuoso('machine migrationstatus web1')
      assert.match(text.stdout, /State +started, version .*[\s\S]*reused/)
    })

    scenario('a QEMU that dies under its guest stops the machine on the ledger', async () => {
      const running = await maria.machine('web1')
      const [pid] = await guestsOf(lab.node('peter').dir)
      process.kill(pid ?? assert.fail('no guest runs'), 'SIGKILL')
      await hasFallen(running)
      assert.match(lab.node('peter').log, /the guest ended by itself: died/)
    })

    scenario('a QEMU that ends at once fails the start, and nothing is billed', async () => {
      const carl = await lab.join('carl', {
        role: 'provider',
        vmm: { kind: 'qemu', binary: await program('exec qemu-system-x86_64 "$@"') }
      })
      await addHost(carl, 'broken', [maria])
      await maria.ask(`machine create debian-mini --name web2 ${BID}`)
      await maria.ask('machine store web2 --host broken')
      const stored = await maria.machine('web2')
      const before = await maria.client.call('account.show', {})
      await program('echo cannot set up guest memory >&2; exit 1')
      await maria.refused('machine start web2', {
        exit: 1,
        code: 'VMM_FAILED',
        says: /cannot set up guest memory/
      })
      const { state, version } = await maria.machine('web2')
      assert.deepEqual([state, version], ['stored', stored.version])
      assert.equal((await maria.client.call('account.show', {})).balance, before.balance)
    })
  }

  scenario(
    'at its spend limit the machine is suspended with its memory, and billed no further',
    async () => {
      const suspended = await eventually(
        'the host suspends the machine',
        () => maria.machine('meter'),
        machine => machine.state === 'suspended',
        2 * RUNNING_PERIOD_S * 1000
      )
      assert.equal(suspended.spent, suspended.spendLimit)
      assert.equal(suspended.runningDueMs, null)
      assert.match(bob.log, /suspending: spend limit reached/)
      const raised = await eventually(
        'the machine whose limit was raised is charged its next period',
        () => maria.machine('purse'),
        machine => Number(machine.spent) > Number(suspended.spent)
      )
      assert.deepEqual([raised.state, raised.halt], ['started', null])
      await maria.ask('machine resume meter')
      assert.equal((await maria.machine('meter')).state, 'started')
    }
  )

  /** A QEMU of our own making. */
  async function program(script: string): Promise<string> {
    const path = join(lab.dir, 'qemu')
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 })
    return path
  }

  /** FELL: stopped, the version one higher, and no running clock. */
  async function hasFallen(running: MachineView): Promise<void> {
    const fallen = await eventually(
      'the ledger says that it fell',
      () => maria.machine(running.name),
      machine => machine.state === 'stopped'
    )
    assert.deepEqual([fallen.version, fallen.runningDueMs], [running.version + 1, null])
    const { machines } = await maria.client.call('account.show', {})
    assert.equal(machines.find(each => each.uuid === running.uuid)?.runningDueInMs, null)
  }

  /** The guest's counter, which lives in its memory only, once it has passed `before`. */
  async function countsOn(before: number): Promise<number> {
    const { stdout } = await eventually(
      `the guest counts beyond ${before}`,
      () => maria.virtuoso('console web1 -t serial --seconds 2'),
      ran => lastCount(ran.stdout) > before,
      120_000
    )
    assert.doesNotMatch(stdout, /boot [2-9]/, 'the guest was started anew')
    return lastCount(stdout)
  }
})

function lastCount(printed: string): number {
  return Math.max(
    0,
    ...[...printed.matchAll(/counter (\d+)\r?\n/g)].map(([, count]) => Number(count))
  )
}
