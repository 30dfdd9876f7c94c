import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_RULES, neededRecords, type SafetyRules } from '../../../../ledger/index.ts'
import { Cluster, VIEW_MS } from './cluster.ts'

/** Three transactions, with views that are given up between them. Member `at` crashes before its effect `crashAt`. */
function run(at: number, crashAt: number, rules: SafetyRules = ALL_RULES): Cluster {
  const cluster = new Cluster(4, { rules })
  const member = cluster.member(at)
  member.actions = 0
  member.crashAt = crashAt
  const again = (): void => {
    cluster.deliver()
    if (!member.running) member.start()
    cluster.deliver()
  }
  cluster.submit(0, cluster.opening('alice'))
  again()
  cluster.passes = ({ message }) => message.type !== 'propose'
  cluster.submit(0, cluster.opening('bob'))
  cluster.advance(2 * VIEW_MS)
  again()
  cluster.passes = () => true
  cluster.submit(3, cluster.opening('carol'))
  cluster.advance(4 * VIEW_MS)
  again()
  cluster.advance(8 * VIEW_MS)
  again()
  cluster.advance(2 * VIEW_MS)
  return cluster
}

function accusations(cluster: Cluster): number {
  return cluster.members.reduce((sum, member) => sum + member.evidence.length, 0)
}

for (const at of [1, 2]) {
  test(`member ${at}, killed before any effect and restarted from its log, contradicts nothing`, () => {
    const actions = run(at, Number.POSITIVE_INFINITY).member(at).actions
    assert.ok(actions > 30)
    for (let crashAt = 1; crashAt <= actions; crashAt++) {
      const cluster = run(at, crashAt)
      assert.equal(accusations(cluster), 0, `crash before effect ${crashAt}`)
      cluster.checkChains()
      for (const member of cluster.members) {
        for (const name of ['alice', 'bob', 'carol']) {
          assert.ok(
            member.tip().state.accountNamed(name),
            `crash before effect ${crashAt}: no ${name}`
          )
        }
      }
    }
  })
}

test('of a log, what the stored tip has decided is not needed', () => {
  const cluster = run(1, Number.POSITIVE_INFINITY)
  const member = cluster.member(1)
  const needed = neededRecords(member.log, member.tip())
  assert.ok(needed.length < member.log.length)
  member.log = [...needed]
  member.stop()
  member.start()
  cluster.submit(0, cluster.opening('dave'))
  cluster.advance(4 * VIEW_MS)
  assert.equal(member.tip().state.height, cluster.member(0).tip().state.height)
  assert.equal(accusations(cluster), 0)
})
