/** A node as a witness: what it signed is on disk first, and binds it whatever ledger it follows later. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type Checkpoint,
  type CosignedCheckpoint,
  chainContext,
  checkCosignatures
} from '../../../ledger/index.ts'
import { Replica } from '../../../node/replica/index.ts'
import { createWitness, type Witness } from '../../../node/witness/index.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import { ElectedChain, electedChain, electedGenesis } from '../../support/elected-chain.ts'
import { memoryChain } from '../../support/memory-chain.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const key = testSigner('wanda')
const clock = { nowMs: () => 1_100_000_500_000 }
const truth = electedChain()

/** The same up to block 2, then another one that the same coordinators signed. */
function forkedChain(): ElectedChain {
  const fork = new ElectedChain()
  for (const name of ['anna', 'bert']) fork.add([fork.open(name)])
  while (fork.tip.state.height < 20) fork.add()
  return fork
}

async function replicaOf(
  chain: ElectedChain,
  height: number = chain.blocks.length
): Promise<Replica> {
  const context = chainContext(electedGenesis, testCrypto)
  const replica = new Replica(context, memoryChain(), chain.tipAt(0))
  for (const certified of chain.blocks.slice(0, height)) await replica.append(certified)
  return replica
}

function witnessOf(replica: Replica, path: string): Witness {
  return createWitness({ path, replica, key, clock })
}

/** Of a node that signs nothing. */
function checkpointAt(replica: Replica, height?: number): Promise<Checkpoint> {
  return witnessOf(replica, '').checkpoint(height)
}

function bare(checkpoint: Checkpoint): CosignedCheckpoint {
  return { checkpoint, cosignatures: [] }
}

function pathIn(t: TestContext): string {
  return join(temporaryDirectory(t), 'witness.json')
}

test('checkpoints of a node are those of its headers, at every height', async () => {
  const replica = await replicaOf(truth)
  for (let height = 1; height <= truth.blocks.length; height++) {
    const younger = await replicaOf(truth, height)
    assert.deepEqual(await checkpointAt(replica, height), await checkpointAt(younger))
  }
  await assert.rejects(checkpointAt(replica, 19), { code: 'CHECKPOINT_AHEAD' })
  await assert.rejects(checkpointAt(await replicaOf(truth, 0)), { code: 'CHECKPOINT_AHEAD' })
})

test('a witness cosigns checkpoints of its own ledger, newer and newer ones, over restarts', async t => {
  const path = pathIn(t)
  const replica = await replicaOf(truth)
  for (const height of [3, 3, 12, 18]) {
    const asked = bare(await checkpointAt(replica, height))
    const cosigned = await witnessOf(replica, path).cosign(asked)
    checkCosignatures(cosigned, new Set([key.publicKey]), testCrypto)
    assert.deepEqual(cosigned.checkpoint, asked.checkpoint)
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { checkpoint: Checkpoint }
    assert.deepEqual(kept.checkpoint, asked.checkpoint)
  }
  const old = bare(await checkpointAt(replica, 17))
  await assert.rejects(witnessOf(replica, path).cosign(old), { code: 'CHECKPOINT_OLD' })
})

test('no signature leaves a witness that could not keep what it signed', async t => {
  const replica = await replicaOf(truth)
  const nowhere = join(temporaryDirectory(t), 'not', 'there', 'witness.json')
  const asked = bare(await checkpointAt(replica))
  await assert.rejects(witnessOf(replica, nowhere).cosign(asked), { code: 'ENOENT' })
})

test('a witness whose node was led to a fork refuses to sign it', async t => {
  const path = pathIn(t)
  const honest = await replicaOf(truth)
  await witnessOf(honest, path).cosign(bare(await checkpointAt(honest, 10)))
  const misled = await replicaOf(forkedChain())
  for (const height of [10, 11, 20]) {
    const asked = bare(await checkpointAt(misled, height))
    await assert.rejects(witnessOf(misled, path).cosign(asked), { code: 'CHECKPOINT_FORKED' })
  }
  const asked = bare(await checkpointAt(misled, 11))
  await assert.rejects(witnessOf(honest, path).cosign(asked), { code: 'CHECKPOINT_ASTRAY' })
})

test('a witness that has forgotten what it signed, or knows half of it, signs nothing', async t => {
  const path = pathIn(t)
  const replica = await replicaOf(truth)
  const asked = bare(await checkpointAt(replica))
  await witnessOf(replica, path).cosign(asked)
  const kept = readFileSync(path, 'utf8')
  for (const text of ['', '{}', kept.slice(0, -10), kept.replace(/"size": \d+/, '"size": "all"')]) {
    writeFileSync(path, text)
    await assert.rejects(witnessOf(replica, path).cosign(asked), { code: 'WITNESS_UNREADABLE' })
  }
  rmSync(path)
  assert.equal((await witnessOf(replica, path).cosign(asked)).cosignatures.length, 1)
})

test('a forged cosignature of another is not passed on', async t => {
  const replica = await replicaOf(truth)
  const checkpoint = await checkpointAt(replica)
  const forged = { witness: testSigner('wolf').publicKey, timeMs: 1, signature: '01'.repeat(64) }
  const asked = { checkpoint, cosignatures: [forged] }
  await assert.rejects(witnessOf(replica, pathIn(t)).cosign(asked), { code: 'COSIGNATURE_FORGED' })
})

test('a node that lacks blocks says which', async t => {
  const replica = await replicaOf(truth)
  const path = pathIn(t)
  const holes = await replicaOf(truth)
  holes.blocks = async function* (from: number) {
    yield* truth.blocks.filter(({ block: { header } }) => header.height >= Math.max(from, 9))
  }
  await assert.rejects(
    witnessOf(holes, path).cosign(bare(await checkpointAt(replica))),
    (error: Error) =>
      /block 1,/.test(error.message) && 'code' in error && error.code === 'CHECKPOINT_UNPROVEN'
  )
})

test('seventeen at once are one too many, and the others are answered', async t => {
  const replica = await replicaOf(truth)
  const witness = witnessOf(replica, pathIn(t))
  const asked = bare(await checkpointAt(replica))
  const answers = await Promise.allSettled(Array.from({ length: 17 }, () => witness.cosign(asked)))
  const refused = answers.filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 1)
  await assert.rejects(Promise.reject((refused[0] as PromiseRejectedResult).reason as Error), {
    code: 'WITNESS_BUSY'
  })
  assert.equal((await witness.cosign(asked)).cosignatures.length, 1)
})
