import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type Checkpoint,
  formatCheckpoint,
  fromHex,
  hashHeader,
  merkleRoot,
  parseCheckpoint,
  signCheckpoint,
  toHex
} from '../../../ledger/index.ts'
import type { CheckpointView } from '../../../node/client.ts'
import type { LedgerAudit } from '../../../node/index.ts'
import { peerTextOf } from '../../../node/network/index.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import { exported } from '../../support/exports.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { tell } from './world.ts'

const { blocks } = sampleChain(sampleBatches())
const headers = blocks.map(({ block }) => hashHeader(block.header, testCrypto))
const wanda = testSigner('wanda')
const wolf = testSigner('wolf')
/** Of the third of four blocks. */
const checkpoint: Checkpoint = {
  network: sample.network,
  height: 3,
  block: headers[2] ?? '',
  root: toHex(merkleRoot(testCrypto, headers.slice(0, 3).map(fromHex)))
}

function textOf(signers = [wanda, wolf], about: Checkpoint = checkpoint): string {
  const cosignatures = signers.map(key => signCheckpoint(about, 1_100_000_100_000, key))
  return formatCheckpoint({ checkpoint: about, cosignatures })
}

function viewOf(text: string): CheckpointView {
  const { checkpoint: parsed, cosignatures } = parseCheckpoint(text)
  const { network, height, block, root } = parsed
  const witnesses = cosignatures.map(({ witness }) => peerTextOf(witness))
  return { network, height, block, logRoot: root, witnesses, text }
}

/** The exported ledger, and a checkpoint of it. */
async function filesIn(t: TestContext, text: string): Promise<{ ledger: string; file: string }> {
  const dir = temporaryDirectory(t)
  const [ledger, file] = [join(dir, 'ledger'), join(dir, 'checkpoint')]
  writeFileSync(ledger, await exported(blocks))
  writeFileSync(file, text)
  return { ledger, file }
}

test('a checkpoint is printed, or written to a file', async t => {
  const text = textOf([])
  const answers = { 'ledger.checkpoint': () => viewOf(text) }
  const printed = await tell('ledger checkpoint --height 3', { answers })
  assert.equal(printed.stdout, text)
  assert.deepEqual(printed.calls[0]?.input, { height: 3 })
  const dir = temporaryDirectory(t)
  const file = join(dir, 'checkpoint')
  const written = await tell(['ledger', 'checkpoint', '--out', file], { answers })
  assert.match(written.stdout, /height 3, cosigned by nobody yet/)
  assert.equal(readFileSync(file, 'utf8'), text)
  assert.deepEqual(readdirSync(dir), ['checkpoint'])
})

test('a cosignature is added to the file that was given', async t => {
  const { file } = await filesIn(t, textOf([wanda]))
  const asked: string[] = []
  const { code, stdout } = await tell(['ledger', 'cosign', file], {
    answers: {
      'ledger.cosign': ({ text }) => {
        asked.push(text)
        return viewOf(textOf())
      }
    }
  })
  assert.equal(code, 0)
  assert.deepEqual(asked, [textOf([wanda])])
  assert.equal(readFileSync(file, 'utf8'), textOf())
  assert.match(stdout, new RegExp(peerTextOf(wolf.publicKey)))
  const missing = await tell(['ledger', 'cosign', `${file}-not-there`])
  assert.equal(missing.code, 3)
})

test('an audit believes a checkpoint that the witnesses it names have cosigned, and names them', async t => {
  const { ledger, file } = await filesIn(t, textOf())
  const names = [peerTextOf(wanda.publicKey), wolf.publicKey].flatMap(key => ['--witness', key])
  const told = await tell(['audit', '--file', ledger, '--checkpoint', file, ...names, '--json'])
  assert.equal(told.code, 0, told.stderr)
  const { witnesses, invariants } = JSON.parse(told.stdout) as LedgerAudit
  assert.deepEqual(
    witnesses,
    [wanda, wolf].map(({ publicKey }) => peerTextOf(publicKey))
  )
  assert.match(invariants[1]?.figure ?? '', /^1 votes, 1 transactions; up to block 3/)
  const text = await tell(['audit', '--file', ledger, '--checkpoint', file])
  assert.match(text.stdout, new RegExp(`Cosigned by witness ${peerTextOf(wanda.publicKey)}`))
})

test('too few witnesses are refused, so many as are enough are not', async t => {
  const { ledger, file } = await filesIn(t, textOf([wanda]))
  const call = ['audit', '--file', ledger, '--checkpoint', file]
  const both = [wanda, wolf].flatMap(({ publicKey }) => ['--witness', publicKey])
  const few = await tell([...call, ...both, '--json'])
  assert.equal(few.code, 1)
  assert.match(few.stderr, /WITNESS_MISSING/)
  assert.equal((await tell([...call, ...both, '--witnesses', '1'])).code, 0)
  assert.equal((await tell([...call, ...both, '--witnesses', '3'])).code, 2)
  assert.equal((await tell([...call, '--witness', 'wanda'])).code, 2)
  assert.equal((await tell(['audit', '--file', ledger, ...both])).code, 2)
})

test('a checkpoint that is forged, of another network or no checkpoint is refused by its code', async t => {
  const other = { ...checkpoint, network: sample.someHash }
  const forged = textOf([wolf]).replace(wolf.publicKey, wanda.publicKey)
  const cases = [
    ['COSIGNATURE_FORGED', forged],
    ['CHECKPOINT_FOREIGN', textOf([wanda], other)],
    ['CHECKPOINT_MALFORMED', 'hello'],
    ['CHECKPOINT_MALFORMED', textOf().slice(0, -1)]
  ] as const
  for (const [code, text] of cases) {
    const { ledger, file } = await filesIn(t, text)
    const told = await tell(['audit', '--file', ledger, '--checkpoint', file, '--json'])
    assert.equal(told.code, 1)
    assert.match(told.stderr, new RegExp(code))
  }
})

test('a ledger that is not the one that was cosigned is found at the height of the checkpoint', async t => {
  for (const change of [{ root: sample.someHash }, { block: sample.someHash }]) {
    const { ledger, file } = await filesIn(t, textOf([wanda], { ...checkpoint, ...change }))
    const told = await tell(['audit', '--file', ledger, '--checkpoint', file])
    assert.equal(told.code, 1)
    assert.match(told.stderr, /block 3, checkpoint: .*CHECKPOINT_ASTRAY/)
  }
  const { ledger, file } = await filesIn(t, textOf([wanda], { ...checkpoint, height: 5 }))
  const told = await tell(['audit', '--file', ledger, '--checkpoint', file])
  assert.match(told.stderr, /CHECKPOINT_NOT_REACHED/)
})
