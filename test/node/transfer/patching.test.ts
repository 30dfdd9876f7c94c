/** Over a slow link, what differs within a block comes, and not the block. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ContentMismatch, LinkMeter, Pull } from '../../../node/transfer/index.ts'
import { BLOCK_BYTES, type PartName, type ServedMachine } from '../../../protocols/blocks/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import { isWhole, jobFor, type Setup, served } from './pulling.ts'

const BLOCKS = 300
/** More bytes than a page has blocks: they cannot be packed. */
const OLD = randomBytes(BLOCKS * BLOCK_BYTES + 100)
const CHANGED = 200

/** A line of each of the first blocks was written, and one block wholly. */
function target(): Map<PartName, Uint8Array> {
  const disk = Uint8Array.from(OLD)
  for (let at = 0; at < CHANGED; at++)
    disk.fill(1 + (at % 200), at * BLOCK_BYTES + 700, at * BLOCK_BYTES + 764)
  disk.set(randomBytes(BLOCK_BYTES), 250 * BLOCK_BYTES)
  disk.set([7, 7, 7], BLOCKS * BLOCK_BYTES)
  return new Map([['disk', disk]])
}

/** One that has measured so many bytes a second, and measures no more. */
function linkOf(rate: number): LinkMeter {
  let nowMs = 0
  const link = new LinkMeter({ nowMs: () => nowMs, activeMs: () => 0 })
  link.arrived(1)
  nowMs = 1_000
  link.arrived(rate)
  assert.equal(link.rate, rate)
  return link
}

async function pulledAt(rate: number, lie?: Setup['lie'], method = 'RSYNC') {
  const parts = target()
  const old = new Map([['disk', OLD]] as const)
  const prepared = jobFor(parts, method, old, { link: linkOf(rate) })
  let asked = 0
  const { source, reads } = await served({
    source: parts,
    lie: honest => ({
      blocks: (...question) => {
        asked += 1
        return honest.blocks(...question)
      },
      ...lie?.(honest)
    })
  })
  await source.hello(MACHINE, HASH)
  const pulling = async (): Promise<void> => {
    try {
      await new Pull(prepared.job).run(source)
    } finally {
      await source.close()
    }
  }
  return {
    done: pulling(),
    whole: () => isWhole(parts, { ...prepared, reads }),
    sent: () => prepared.meter.progress().bytesSent,
    asked: () => asked
  }
}

test('over a slow link the pieces that differ come, and all of it is here', async () => {
  const pull = await pulledAt(12_500_000)
  await pull.done
  await pull.whole()
  // One piece of each, the one block, the tail, and their maps.
  const most = CHANGED * 256 + BLOCK_BYTES + 100 + (CHANGED + 2) * 8
  assert.ok(pull.sent() <= most * 1.01, `${pull.sent()} bytes, of ${most}`)
  assert.equal(pull.asked(), 0)
})

test('over a fast link, and without an older version, whole blocks come', async () => {
  for (const [rate, method] of [
    [100_000_000, 'RSYNC'],
    [12_500_000, 'SCP']
  ] as const) {
    const pull = await pulledAt(rate, () => ({ patch: () => assert.fail('not asked') }), method)
    await pull.done
    await pull.whole()
    assert.ok(pull.asked() > 0)
  }
})

const nothingDiffers: NonNullable<Setup['lie']> = honest => ({
  patch: async (shape, ranges, rate, signatures) => {
    const { patchBytes } = await honest.patch(shape, ranges, rate, signatures)
    const empty = new Uint8Array(Math.ceil(signatures.byteLength / 32))
    assert.ok(patchBytes > empty.byteLength)
    return { encoding: 'plain', bytes: empty, patchBytes: empty.byteLength }
  }
})

test('a patch that leaves something old is followed by the whole blocks', async () => {
  const pull = await pulledAt(12_500_000, nothingDiffers)
  await pull.done
  await pull.whole()
  assert.ok(pull.asked() > 0)
})

test('and when these are wrong as well, nothing of them is taken', async () => {
  const wrong = (honest: ServedMachine): Partial<ServedMachine> => ({
    ...nothingDiffers(honest),
    blocks: async (shape, ranges, rate) => {
      const { bytes } = await honest.blocks(shape, ranges, rate)
      return { encoding: 'plain', bytes: new Uint8Array(bytes.byteLength) }
    }
  })
  const pull = await pulledAt(12_500_000, wrong)
  await assert.rejects(pull.done)
  await pull.done.catch((error: unknown) => assert.ok(error instanceof ContentMismatch))
})
