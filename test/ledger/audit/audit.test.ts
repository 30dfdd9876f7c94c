import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Audit,
  auditReport,
  auditStep,
  BLOCK_LIMITS,
  type CertifiedBlock,
  certifiedBlockCodec,
  createAudit,
  decodeAs,
  EncodingError,
  encodeAs
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks, tip } = sampleChain(sampleBatches())

function audited(log: readonly CertifiedBlock[]): Audit {
  return log.reduce(auditStep, createAudit(sample.genesis, testCrypto))
}

function altered(at: number, change: (block: CertifiedBlock) => CertifiedBlock): Audit {
  return audited(blocks.map((block, index) => (index === at ? change(block) : block)))
}

test('an honest log is found in order, up to the same block and state', () => {
  const report = auditReport(audited(blocks))
  assert.equal(report.ok, true)
  assert.deepEqual(
    report.lines.filter(line => !line.ok),
    []
  )
  assert.deepEqual([report.height, report.block], [4, tip.block])
  assert.equal(report.stateRoot, tip.state.root())
  assert.equal(report.lines[0]?.figure, '4 blocks, 6 transactions, 1 rejected')
})

test('a log that misses a block is at fault at its height', () => {
  const { fault } = audited([...blocks.slice(0, 1), ...blocks.slice(2)])
  assert.deepEqual([fault?.height, fault?.code], [2, 'WRONG_HEIGHT'])
})

test('an altered result is found although the block keeps its header', () => {
  const { fault } = altered(2, ({ block, ...rest }) => ({
    block: { ...block, results: block.results.map(() => null) },
    ...rest
  }))
  assert.deepEqual([fault?.height, fault?.code], [3, 'WRONG_TRANSACTION_ROOT'])
})

test('an altered header no longer has a certificate', () => {
  const { fault } = altered(3, ({ block, ...rest }) => ({
    block: { ...block, header: { ...block.header, stateRoot: sample.someHash } },
    ...rest
  }))
  assert.deepEqual([fault?.height, fault?.code], [4, 'CERTIFICATE_ASTRAY'])
})

test('any flipped byte of a block is found at its height, and nothing after it is believed', () => {
  const [first, second] = blocks
  assert.ok(first !== undefined && second !== undefined)
  const bytes = encodeAs(certifiedBlockCodec, second)
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = Uint8Array.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    let certified: CertifiedBlock
    try {
      certified = decodeAs(certifiedBlockCodec, flipped, BLOCK_LIMITS)
    } catch (error) {
      assert.ok(error instanceof EncodingError, `byte ${at}`)
      continue
    }
    const { fault, tip: believed } = audited([first, certified, ...blocks.slice(2)])
    assert.equal(fault?.height, 2, `byte ${at}`)
    assert.equal(believed.state.height, 1)
  }
})

test('a log of another network is refused at its first block', () => {
  const other = createAudit({ ...sample.genesis, name: 'other' }, testCrypto)
  const [first] = blocks
  assert.ok(first !== undefined)
  assert.equal(auditStep(other, first).fault?.height, 1)
})
