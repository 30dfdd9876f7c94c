import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type CertifiedBlock,
  certifiedBlockCodec,
  encodeAs,
  genesisCodec
} from '../../../ledger/index.ts'
import type { BlocksView, Input } from '../../../node/client.ts'
import type { LedgerAudit } from '../../../node/index.ts'
import { exported, flipped, sampleExport } from '../../support/exports.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { type Answers, tell } from './world.ts'

const { blocks, tip } = sampleChain(sampleBatches())

/** A node that has the sample's ledger and serves two blocks a page. */
function serving(
  log: readonly CertifiedBlock[] = blocks,
  change: Partial<BlocksView> = {}
): Answers {
  return {
    'ledger.blocks': ({ from, to = log.length }: Input<'ledger.blocks'>) => ({
      genesis: base64(encodeAs(genesisCodec, sample.genesis)),
      height: blocks.length,
      stateRoot: tip.state.root(),
      blocks: log
        .slice(from - 1, Math.min(to, from + 1))
        .map(certified => base64(encodeAs(certifiedBlockCodec, certified))),
      ...change
    })
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function viewOf(stdout: string): LedgerAudit {
  return JSON.parse(stdout) as LedgerAudit
}

test('an audit of the own node prints every invariant with its figure', async () => {
  const told = await tell('audit', { answers: serving() })
  assert.equal(told.code, 0)
  assert.match(told.stdout, /Replayed blocks 1 to 4: 4 blocks, 6 transactions/)
  assert.match(told.stdout, /balances \+ escrows \+ bonds \+ fees \+ burned = issued +yes +2000 /)
  assert.match(told.stdout, /all blocks up to the head were served +yes +4 of 4/)
})

test('a node that keeps its last block back, or answers from another state, is found', async () => {
  const short = await tell('audit', { answers: serving(blocks.slice(0, 3)) })
  assert.equal(short.code, 1)
  assert.match(short.stderr, /all blocks up to the head were served/)
  const other = await tell('audit', { answers: serving(blocks, { stateRoot: sample.someHash }) })
  assert.equal(other.code, 1)
  assert.match(other.stderr, /the replayed state is the one this node answers from/)
})

test('the ledger of a peer is asked for by its PeerId', async () => {
  const { calls, code } = await tell('audit --peer 12D3KooWpeer', {
    answers: serving(blocks, { stateRoot: null })
  })
  assert.equal(code, 0)
  assert.deepEqual(calls[0]?.input, { from: 1, peer: '12D3KooWpeer' })
})

test('an exported file is whole, audited without a node, and the same as the one made elsewhere', async t => {
  const dir = temporaryDirectory(t)
  const file = join(dir, 'ledger')
  const made = await tell(['ledger', 'export', file], { answers: serving() })
  assert.equal(made.code, 0, made.stderr)
  assert.deepEqual(new Uint8Array(readFileSync(file)), await sampleExport())
  assert.deepEqual(readdirSync(dir), ['ledger'])
  const audited = await tell(['audit', '--file', file, '--json'])
  assert.equal(audited.code, 0, audited.stderr)
  const { height, block } = { height: viewOf(audited.stdout).toHeight, block: tip.block }
  assert.deepEqual([height, viewOf(audited.stdout).block], [4, block])
  assert.deepEqual(audited.calls, [])
})

test('an export goes to the standard output where the file is a dash', async () => {
  const { stdout, code } = await tell('ledger export -', { answers: serving() })
  assert.equal(code, 0)
  assert.ok(stdout.startsWith('virtuoso-export/1\n'))
})

test('an export that breaks off leaves no file behind', async t => {
  const dir = temporaryDirectory(t)
  const answers = serving(blocks, { blocks: ['AAAA'] })
  const { code } = await tell(['ledger', 'export', join(dir, 'ledger')], { answers })
  assert.equal(code, 1)
  assert.deepEqual(readdirSync(dir), [])
})

test('a ledger in two files is audited in their order; the second alone, or first, is refused', async t => {
  const dir = temporaryDirectory(t)
  const [one, two] = [join(dir, 'one'), join(dir, 'two')]
  await tell(['ledger', 'export', one, '--to', '2'], { answers: serving() })
  await tell(['ledger', 'export', two, '--from', '3'], { answers: serving() })
  const both = await tell(['audit', '--file', one, '--file', two, '--json'])
  assert.equal(viewOf(both.stdout).stateRoot, tip.state.root())
  for (const files of [
    ['--file', two],
    ['--file', two, '--file', one],
    ['--file', one, '--file', one]
  ]) {
    const { code, stderr } = await tell(['audit', ...files])
    assert.equal(code, 1)
    assert.match(stderr, /EXPORT_PARTIAL/)
  }
})

test('a range without a block is refused', async t => {
  const file = join(temporaryDirectory(t), 'ledger')
  const { code, stderr } = await tell(['ledger', 'export', file, '--from', '5'], {
    answers: serving()
  })
  assert.equal(code, 2)
  assert.match(stderr, /no block from height 5 to 4: the ledger has 4/)
})

test('a flipped byte is told with height, part and code, and ends with exit code 1', async t => {
  const file = join(temporaryDirectory(t), 'ledger')
  const bytes = await sampleExport()
  writeFileSync(file, flipped(bytes, Math.floor(bytes.length / 2)))
  const { code, stdout, stderr } = await tell(['audit', '--file', file, '--json'])
  assert.equal(code, 1)
  const { fault, ok } = viewOf(stdout)
  assert.equal(ok, false)
  assert.ok(fault !== null && fault.height >= 2 && fault.height <= 4)
  assert.match(stderr, new RegExp(`block ${fault.height}, ${fault.part}: .*${fault.code}`))
})

test('a file cut short or missing is refused by its own code', async t => {
  const file = join(temporaryDirectory(t), 'ledger')
  writeFileSync(file, (await sampleExport()).subarray(0, -10))
  const short = await tell(['audit', '--file', file, '--json'])
  assert.deepEqual([short.code, viewOf(short.stdout).fault?.code], [1, 'EXPORT_CUT_SHORT'])
  const missing = await tell(['audit', '--file', `${file}-not-there`])
  assert.equal(missing.code, 3)
})

test('a trusted block spares the signatures before it, and one that never comes is told', async t => {
  const file = join(temporaryDirectory(t), 'ledger')
  const third = blocks[2]
  const next = blocks[3]
  assert.ok(third && next)
  const { parent } = next.block.header
  const forged: CertifiedBlock = {
    ...third,
    certificate: {
      ...third.certificate,
      votes: third.certificate.votes.map(vote => ({ ...vote, signature: '00'.repeat(64) }))
    }
  }
  writeFileSync(file, await exported([...blocks.slice(0, 2), forged, next]))
  const distrusted = await tell(['audit', '--file', file])
  assert.match(distrusted.stderr, /block 3, certificate: .*CERTIFICATE_FORGED/)
  const trusted = await tell(['audit', '--file', file, '--json', '--checkpoint', parent])
  assert.equal(trusted.code, 0, trusted.stderr)
  assert.match(
    viewOf(trusted.stdout).invariants[1]?.figure ?? '',
    /^1 votes, 1 transactions; up to block 3 by the checkpoint$/
  )
  const never = await tell(['audit', '--file', file, '--checkpoint', sample.someHash])
  assert.match(never.stderr, /CHECKPOINT_NOT_REACHED/)
})

test('the past of an account has its money, its machines and proofs that hold', async t => {
  const file = join(temporaryDirectory(t), 'ledger')
  writeFileSync(file, await sampleExport())
  const told = await tell(['audit', '--file', file, '--account', 'alice', '--json'])
  const { account } = viewOf(told.stdout)
  assert.ok(account !== null, told.stderr)
  assert.deepEqual(account.id, sample.buyerId)
  assert.deepEqual(
    account.movements.map(({ height, change }) => [height, change]),
    [[1, '1000']]
  )
  assert.deepEqual(
    account.machines.map(({ height, state }) => [height, state]),
    [
      [3, 'registered'],
      [4, null]
    ]
  )
  assert.deepEqual(
    account.transactions.map(({ height, type, holds }) => [height, type, holds]),
    [
      [1, 'open-account', true],
      [3, 'register-machine', true],
      [4, 'discard-machine', true]
    ]
  )
  assert.equal(account.proof.holds, true)
  const nobody = await tell(['audit', '--file', file, '--account', 'nobody'])
  assert.equal(nobody.code, 3)
})
