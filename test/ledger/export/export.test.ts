import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  auditReport,
  auditStep,
  type CertifiedBlock,
  createAudit,
  EXPORT_CODES,
  type ExportCode,
  ExportError,
  readExport,
  toHex
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { exported, flipped, inPieces, sampleExport } from '../../support/exports.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks, tip } = sampleChain(sampleBatches())

/** Where and why a file is refused, by its form or by what it says; null where all is well. */
async function judged(
  bytes: Uint8Array,
  length?: number
): Promise<{ code: string; height: number } | null> {
  let audit = createAudit(sample.genesis, testCrypto)
  try {
    const file = await readExport(inPieces(bytes, length), testCrypto)
    for await (const certified of file.blocks) {
      audit = auditStep(audit, certified)
      if (audit.fault !== null) return audit.fault
    }
  } catch (error) {
    if (error instanceof ExportError) return error
    throw error
  }
  const report = auditReport(audit)
  assert.equal(report.stateRoot, tip.state.root())
  return null
}

test('what was exported is read again, in pieces of any size', async () => {
  const bytes = await sampleExport()
  for (const length of [1, 7, bytes.length]) {
    const file = await readExport(inPieces(bytes, length), testCrypto)
    assert.deepEqual([file.network, file.from], [sample.network, 1])
    assert.deepEqual(file.genesis, sample.genesis)
    const read: CertifiedBlock[] = []
    for await (const certified of file.blocks) read.push(certified)
    assert.deepEqual(read, blocks)
  }
})

test('a ledger without blocks can be exported too', async () => {
  const file = await readExport(inPieces(await exported([])), testCrypto)
  for await (const certified of file.blocks) assert.fail(`block ${certified.block.header.height}`)
})

test('the format stays as it is', async () => {
  checkGolden('export.json', { sample: toHex(await sampleExport()) })
})

test('an export cut short anywhere is refused with a code', async () => {
  const bytes = await sampleExport()
  for (let length = 0; length < bytes.length; length += 5) {
    const found = await judged(bytes.subarray(0, length))
    const expected = length < 18 ? 'EXPORT_FOREIGN' : 'EXPORT_CUT_SHORT'
    assert.equal(found?.code, expected, `${length} bytes`)
  }
  assert.equal((await judged(bytes.subarray(0, -1)))?.code, 'EXPORT_CUT_SHORT')
})

test('any flipped byte is found, at the height of its block', async () => {
  const bytes = await sampleExport()
  const begins = await offsetsOf(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const found = await judged(flipped(bytes, at), bytes.length)
    assert.notEqual(found, null, `byte ${at} of ${bytes.length}`)
    // A trailer stands where the next block would.
    const height = begins.findLastIndex(begin => begin <= at) + 1
    assert.equal(found?.height, height, `byte ${at} of ${bytes.length}: ${found?.code}`)
  }
})

test('every code of the list has a file that earns it', async () => {
  const bytes = await sampleExport()
  const [first = 0, second = 0] = await offsetsOf(bytes)
  const trailer = (await offsetsOf(bytes)).at(-1) ?? 0
  const earned: Partial<Record<ExportCode, string | undefined>> = {
    EXPORT_FOREIGN: (await judged(flipped(bytes, 3)))?.code,
    EXPORT_CUT_SHORT: (await judged(bytes.subarray(0, trailer)))?.code,
    EXPORT_FRAME: (await judged(flipped(bytes, first)))?.code,
    EXPORT_GENESIS: (await judged(flipped(bytes, 40)))?.code,
    EXPORT_BLOCK: (await judged(flipped(bytes, second + 5)))?.code,
    EXPORT_TRAILER: (await judged(flipped(bytes, bytes.length - 1)))?.code
  }
  for (const [code, found] of Object.entries(earned)) assert.equal(found, code)
  // A file that begins elsewhere is whole; that it is not enough is for whoever puts files together to say.
  assert.deepEqual([...EXPORT_CODES].sort(), [...Object.keys(earned), 'EXPORT_PARTIAL'].sort())
})

test('a block left out, doubled or moved does not fit the trailer, nor what stands before it', async () => {
  const [one, two, three, four] = blocks
  assert.ok(one && two && three && four)
  for (const [order, height] of [
    [[one, three, four], 2],
    [[one, two, two, three, four], 3],
    [[one, three, two, four], 2]
  ] as const) {
    assert.equal((await judged(await exported(order)))?.height, height)
  }
  const bytes = await sampleExport()
  const offsets = await offsetsOf(bytes)
  const [, begin = 0, end = 0] = offsets
  const without = Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)])
  const file = await readExport(inPieces(without), testCrypto)
  const read = async (): Promise<void> => {
    for await (const certified of file.blocks) assert.ok(certified)
  }
  await assert.rejects(read(), { code: 'EXPORT_TRAILER' })
})

test('a length one above the longest of its kind is refused before anything is read', async () => {
  const bytes = Uint8Array.from(await sampleExport())
  new DataView(bytes.buffer).setUint32(19, 65_537)
  assert.equal((await judged(bytes))?.code, 'EXPORT_FRAME')
  new DataView(bytes.buffer).setUint32(19, 65_536)
  assert.equal((await judged(bytes))?.code, 'EXPORT_CUT_SHORT')
})

test('nothing may follow the trailer', async () => {
  const bytes = Buffer.concat([await sampleExport(), Buffer.of(0)])
  assert.equal((await judged(bytes))?.code, 'EXPORT_TRAILER')
})

/** Where each block's frame begins, and the trailer's. */
async function offsetsOf(bytes: Uint8Array): Promise<number[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const offsets: number[] = []
  for (let at = 18; at < bytes.length; at += 5 + view.getUint32(at + 1)) offsets.push(at)
  return offsets.slice(1)
}
