import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertifiedBlock } from '../../../../ledger/index.ts'
import { Cluster, type Packet, VIEW_MS } from './cluster.ts'

const EPOCH_BLOCKS = 4
const SIZES = [1, 4, 7]

function quiet(cluster: Cluster): void {
  for (const member of cluster.members) {
    assert.deepEqual(member.evidence, [], `member ${member.at}`)
    // Around a hand-over some are an epoch ahead for a moment.
    const faults = member.refused.filter(({ code }) => code !== 'OTHER_EPOCH')
    assert.deepEqual(faults, [], `member ${member.at}`)
  }
  cluster.checkChains()
}

function fill(cluster: Cluster, users: number, to = 0): void {
  for (let at = 0; at < users; at++) {
    cluster.submit(to, cluster.opening(`user${at}`))
    cluster.advance(2 * VIEW_MS)
  }
}

function places(chain: readonly CertifiedBlock[]): string[] {
  return chain.map(({ block: { header } }) => `${header.epoch}.${header.view}`)
}

for (const size of SIZES) {
  test(`an epoch of ${size} ends, and the views of the next one begin with 1`, () => {
    const cluster = new Cluster(size, { epochBlocks: EPOCH_BLOCKS })
    fill(cluster, 10)
    const chain = cluster.member(0).chain()
    const expected = '0.1 0.2 0.3 0.4 1.1 1.2 1.3 1.4 2.1 2.2'
    assert.equal(places(chain).slice(0, 10).join(' '), expected)
    const last = chain[3]?.block.header
    assert.deepEqual(last?.nextSet, cluster.genesis.coordinators)
    assert.ok(chain.every(({ block: { header } }, at) => header.height === at + 1))
    quiet(cluster)
  })
}

test('the first block of an epoch names no voters, all others name a quorum', () => {
  const cluster = new Cluster(4, { epochBlocks: EPOCH_BLOCKS })
  fill(cluster, 6)
  const voters = cluster
    .member(0)
    .chain()
    .map(({ block }) => block.header.parentVotes.toString(2).replaceAll('0', '').length)
  assert.deepEqual(voters, [0, 3, 3, 3, 0, 3])
  quiet(cluster)
})

/** Votes that would finalize the last block of epoch 0 in its own view do not get through. */
function noQuorumForLast({ message }: Packet): boolean {
  if (message.type === 'vote') {
    const { kind, epoch, view } = message.vote.subject
    return !(kind === 'finalize' && epoch === 0 && view === EPOCH_BLOCKS)
  }
  return true
}

test('a last block whose own view finds no quorum becomes final by a sealing block, which carries nothing', () => {
  const cluster = new Cluster(4, { epochBlocks: EPOCH_BLOCKS })
  cluster.passes = noQuorumForLast
  fill(cluster, EPOCH_BLOCKS)
  cluster.submit(0, cluster.opening('late'))
  cluster.advance(20 * VIEW_MS)
  const chain = cluster.member(0).chain()
  const last = chain[EPOCH_BLOCKS - 1]
  assert.ok(last !== undefined && last.block.header.nextSet !== null)
  const [sealing] = last.descent
  assert.ok(sealing !== undefined)
  assert.equal(sealing.stateRoot, last.block.header.stateRoot)
  assert.equal(sealing.nextSet, null)
  const next = chain[EPOCH_BLOCKS]?.block
  assert.equal(next?.header.height, EPOCH_BLOCKS + 1)
  assert.equal(next?.header.epoch, 1)
  assert.equal(next?.transactions.length, 1)
  quiet(cluster)
})

test('who was cut off while an epoch ended is told by those who have gone on', () => {
  const cluster = new Cluster(4, { epochBlocks: EPOCH_BLOCKS })
  cluster.passes = ({ from, to }) => from !== 3 && to !== 3
  fill(cluster, 2 * EPOCH_BLOCKS + 2)
  assert.equal(cluster.heights()[3], 0)
  cluster.passes = () => true
  cluster.advance(60 * VIEW_MS)
  assert.equal(new Set(cluster.heights()).size, 1, cluster.heights().join())
  quiet(cluster)
})

test('a member that crashes before any effect of a hand-over comes back and contradicts nothing', () => {
  let crashes = 0
  for (let crashAt = 1; ; crashAt++) {
    const cluster = new Cluster(4, { epochBlocks: 2 })
    const victim = cluster.member(1)
    fill(cluster, 1)
    victim.actions = 0
    victim.crashAt = crashAt
    fill(cluster, 5, 2)
    const crashed = !victim.running
    victim.crashAt = Number.POSITIVE_INFINITY
    if (crashed) {
      crashes += 1
      victim.start()
    }
    cluster.submit(2, cluster.opening('afterwards'))
    cluster.advance(40 * VIEW_MS)
    assert.equal(new Set(cluster.heights()).size, 1, `${crashAt}: ${cluster.heights().join()}`)
    for (const member of cluster.members) assert.deepEqual(member.evidence, [], `${crashAt}`)
    cluster.checkChains()
    if (!crashed) break
  }
  assert.ok(crashes > 40, `${crashes} places to crash at`)
})
