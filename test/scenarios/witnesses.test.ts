/**
 * A market that somebody audits who trusts none of its nodes: with the program, with another one that shares no code with it,
 * and by the word of witnesses.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { CheckpointView } from '../../node/client.ts'
import type { LedgerAudit } from '../../node/index.ts'
import { verifyExport } from '../second-verifier/verifier.ts'
import { addHost, eventually, Lab, type LabNode, scenarios } from '../support/lab.ts'

describe('a market whose ledger goes to strangers', () => {
  let lab: Lab
  let maria: LabNode
  let wanda: LabNode
  let wolf: LabNode
  const scenario = scenarios(() => lab)
  const file = (name: string): string => join(lab.dir, name)

  before(async () => {
    lab = await Lab.open()
    await lab.join('alex', { role: 'provider' })
    maria = await lab.join('maria', { role: 'buyer', ledger: 'full' })
    ;[wanda, wolf] = await Promise.all([
      lab.add('wanda', { role: 'observer' }),
      lab.add('wolf', { role: 'observer' })
    ])
    await addHost(lab.node('alex'), 'virt17', [maria])
    await maria.ask('machine create Configuration10 --name web1 --bid-storage 10 --bid-running 1')
    await maria.ask('machine store web1 --host virt17')
    await maria.ask('machine start web1')
    await maria.ask('machine stop web1')
  })
  after(() => lab.close())

  scenario(
    'what a node exports two programs accept, and a flipped byte both find at one height',
    async () => {
      await maria.ask(`ledger export ${file('ledger')}`)
      const audit = await wanda.ask<LedgerAudit>(`audit --file ${file('ledger')}`)
      const bytes = readFileSync(file('ledger'))
      const { height, figures } = verifyExport(bytes)
      assert.deepEqual(
        [height, figures?.height, figures?.transactions],
        [null, audit.toHeight, audit.transactions]
      )
      assert.ok(audit.transactions >= 6)
      const middle = bytes.length >> 1
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 4, middle)
      writeFileSync(file('flipped'), bytes)
      const refused = await wanda.virtuoso(`audit --file ${file('flipped')} --json`)
      assert.equal(refused.code, 1)
      const { fault } = JSON.parse(refused.stdout) as LedgerAudit
      assert.equal(verifyExport(bytes).height, fault?.height)
    }
  )

  scenario(
    'two witnesses cosign a checkpoint, and an audit believes it by their names',
    async () => {
      const { height } = await maria.ask<CheckpointView>(
        `ledger checkpoint --out ${file('checkpoint')}`
      )
      for (const witness of [wanda, wolf]) {
        await eventually(
          `${witness.name} has followed to height ${height}`,
          () => witness.client.call('ledger.head', {}),
          head => head.height >= height
        )
        await witness.ask(`ledger cosign ${file('checkpoint')}`)
      }
      const peers = await Promise.all(
        [wanda, wolf].map(async witness => (await witness.client.call('node.status', {})).peer)
      )
      const names = peers.map(peer => `--witness ${peer}`).join(' ')
      const audit = await maria.ask<LedgerAudit>(
        `audit --checkpoint ${file('checkpoint')} ${names}`
      )
      assert.deepEqual(audit.witnesses, peers)
      assert.match(audit.invariants[1]?.figure ?? '', new RegExp(`up to block ${height} by`))
    }
  )

  scenario(
    'a witness that was restarted still refuses what it would contradict itself with',
    async () => {
      const text = readFileSync(file('checkpoint'), 'utf8')
      writeFileSync(
        file('older'),
        text.replace(/height \d+/, 'height 1').replace(/witness.*\n/g, '')
      )
      writeFileSync(
        file('other'),
        text.replace(/log \w{4}/, 'log 0000').replace(/witness.*\n/g, '')
      )
      await wolf.kill()
      await wolf.start()
      for (const [name, code] of [
        ['older', 'CHECKPOINT_OLD'],
        ['other', 'CHECKPOINT_ASTRAY']
      ] as const) {
        const refused = await wolf.virtuoso(`ledger cosign ${file(name)} --json`)
        assert.equal(refused.code, 1)
        assert.match(refused.stderr, new RegExp(code))
      }
      await wolf.ask(`ledger cosign ${file('checkpoint')}`)
    }
  )

  scenario('the other program runs by hand', async () => {
    const program = fileURLToPath(new URL('../second-verifier/main.js', import.meta.url))
    const run = (name: string) =>
      spawnSync(process.execPath, [program, file(name)], { encoding: 'utf8' })
    const good = run('ledger')
    assert.deepEqual([good.status, good.stdout.endsWith(' good\n')], [0, true])
    const bad = run('flipped')
    assert.equal(bad.status, 1)
    assert.match(bad.stdout, /height \d+: Error: /)
  })
})
