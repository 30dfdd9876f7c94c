import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IDLE_TICK_MS } from '../../../../ledger/index.ts'
import { Cluster, VIEW_MS } from './cluster.ts'

function quiet(cluster: Cluster): void {
  for (const member of cluster.members) {
    assert.deepEqual(member.evidence, [], `member ${member.at}`)
    assert.deepEqual(member.refused, [], `member ${member.at}`)
  }
  cluster.checkChains()
}

for (const size of [1, 4, 7]) {
  test(`${size} members make a transaction final at all of them at once`, () => {
    const cluster = new Cluster(size)
    cluster.submit(0, cluster.opening('alice'))
    assert.deepEqual(new Set(cluster.heights()), new Set([1]))
    quiet(cluster)
  })
}

test('at rest nothing is said until the idle tick, and then one empty block is made', () => {
  const cluster = new Cluster(4)
  cluster.sent = []
  cluster.advance(IDLE_TICK_MS - 1)
  assert.deepEqual(cluster.sent, [])
  cluster.advance(1)
  assert.deepEqual(cluster.heights(), [1, 1, 1, 1])
  quiet(cluster)
})

test('a quiet run skips no view and says little', () => {
  const cluster = new Cluster(4)
  cluster.sent = []
  for (let at = 0; at < 20; at++) cluster.submit(at % 4, cluster.opening(`user${at}`))
  assert.deepEqual(cluster.heights(), [20, 20, 20, 20])
  assert.equal(cluster.member(0).tip().view, 20)
  // Each block: 3 forwards, 3 of the proposal, 12 of each vote, 12 of each of two certificates.
  assert.ok(cluster.sent.length <= 20 * 54, `${cluster.sent.length} messages`)
  quiet(cluster)
})

test('with one member dead the others go on, and its views are given up', () => {
  const cluster = new Cluster(4)
  cluster.member(2).stop()
  for (let at = 0; at < 8; at++) {
    cluster.submit(0, cluster.opening(`user${at}`))
    cluster.advance(2 * VIEW_MS)
  }
  assert.equal(cluster.heights()[0], cluster.heights()[1])
  assert.ok((cluster.heights()[0] ?? 0) >= 8, cluster.heights().join())
  quiet(cluster)
})

test('a member that was away catches up from its peers', () => {
  const cluster = new Cluster(4)
  cluster.member(3).stop()
  for (let at = 0; at < 30; at++) {
    cluster.submit(0, cluster.opening(`user${at}`))
    cluster.advance(2 * VIEW_MS)
  }
  cluster.member(3).start()
  cluster.deliver()
  cluster.advance(IDLE_TICK_MS)
  assert.equal(cluster.heights()[3], cluster.heights()[0])
  assert.ok((cluster.heights()[3] ?? 0) >= 30)
  quiet(cluster)
})

test('two of four make nothing final, and all is well when the others are back', () => {
  const cluster = new Cluster(4)
  cluster.passes = ({ from, to }) => from < 2 === to < 2
  cluster.submit(0, cluster.opening('alice'))
  cluster.advance(10 * VIEW_MS)
  assert.deepEqual(cluster.heights(), [0, 0, 0, 0])
  cluster.passes = () => true
  cluster.advance(40 * VIEW_MS)
  assert.ok(
    cluster.heights().every(height => height >= 1),
    cluster.heights().join()
  )
  quiet(cluster)
})
