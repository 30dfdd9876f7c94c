/** When blocks come by a side connection, and what happens when that ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AsideChoice } from '../../../node/transfer/aside.ts'
import {
  ContentMismatch,
  Pull,
  type SideWay,
  type SideWish,
  Throttle
} from '../../../node/transfer/index.ts'
import { BLOCK_BYTES } from '../../../protocols/blocks/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import type { Parts, sinkOf } from './memory-content.ts'
import { isWhole, jobFor, machine, served } from './pulling.ts'

const FAST = 300e6
const HELD_UP = 40e6
const SLOW = 12.5e6

/** On a clock that stands until it is moved. */
function choosing(): { choice: AsideChoice; pass: (ms: number) => void } {
  let nowMs = 0
  return {
    choice: new AsideChoice(() => nowMs),
    pass: ms => {
      nowMs += ms
    }
  }
}

test('one fast try is enough, and one that was held up before it does not count', () => {
  const { choice } = choosing()
  assert.equal(choice.beginTry(), true)
  assert.equal(choice.beginTry(), false, 'one at a time')
  choice.tried(HELD_UP)
  assert.equal(choice.pays, false)
  assert.equal(choice.beginTry(), true)
  choice.tried(FAST)
  assert.equal(choice.pays, true)
  assert.equal(choice.beginTry(), false)
})

test('after three tries that were held up there is one every two seconds', () => {
  const { choice, pass } = choosing()
  for (let nth = 0; nth < 3; nth++) {
    assert.equal(choice.beginTry(), true)
    choice.tried(HELD_UP)
  }
  for (let nth = 0; nth < 3; nth++) {
    pass(1_999)
    assert.equal(choice.beginTry(), false)
    pass(1)
    assert.equal(choice.beginTry(), true)
    assert.equal(choice.beginTry(), false)
    choice.tried(HELD_UP)
  }
  assert.equal(choice.pays, false)
})

test('after a slow try there is another one in ten seconds, and after one that did not come in two', () => {
  const { choice, pass } = choosing()
  choice.beginTry()
  choice.tried(SLOW)
  pass(9_999)
  assert.equal(choice.beginTry(), false)
  pass(1)
  assert.equal(choice.beginTry(), true)
  choice.tried(0)
  pass(2_000)
  assert.equal(choice.beginTry(), true)
})

test('a gigabit is carried by the stream, and a faster stream shows that there is more', () => {
  const { choice } = choosing()
  choice.beginTry()
  choice.tried(118e6)
  choice.streamed(118e6)
  assert.equal(choice.pays, false)
  choice.streamed(FAST)
  assert.equal(choice.pays, true)
  choice.forget()
  assert.equal(choice.pays, false)
  assert.equal(choice.beginTry(), true)
})

interface Side extends SideWay {
  readonly wishes: SideWish[]
  opened: number
  closed: number
}

/** Writes what is wished from `content`, so fast, up to the nth wish. */
function sideTo(
  content: Parts,
  sink: ReturnType<typeof sinkOf>,
  { rate, until = Infinity }: { rate: number; until?: number }
): Side {
  const side: Side = {
    wishes: [],
    opened: 0,
    closed: 0,
    isOpen: true,
    open: async () => void (side.opened += 1),
    close: async () => void (side.closed += 1),
    fetch: async wish => {
      side.wishes.push(wish)
      if (side.wishes.length > until) return undefined
      let bytes = 0
      for (const { first, count } of wish.ranges) {
        const all = content.get(wish.shape.name) ?? new Uint8Array()
        const piece = all.subarray(first * BLOCK_BYTES, (first + count) * BLOCK_BYTES)
        await sink.write(wish.shape.name, first * BLOCK_BYTES, piece)
        bytes += piece.byteLength
      }
      return (bytes * 1000) / rate
    }
  }
  return side
}

async function pulledWith(
  how: { rate: number; until?: number },
  throttle = new Throttle(Infinity)
) {
  const target = machine()
  const prepared = jobFor(target, 'SCP', undefined, {})
  const sink = {
    ...prepared.sink,
    door: async (part: string) =>
      part === 'disk' ? ({ kind: 'file', path: 'disk' } as const) : undefined
  }
  const side = sideTo(target, prepared.sink, how)
  const { source, reads } = await served({ source: target })
  await source.hello(MACHINE, HASH)
  await new Pull({ ...prepared.job, sink, side, throttle }).run(source)
  await source.close()
  await isWhole(target, { ...prepared, reads })
  return { side, reads, progress: prepared.meter.progress() }
}

test('over a fast link nearly all blocks come by the side connection, each with its leaf', async () => {
  const { side, reads, progress } = await pulledWith({ rate: FAST })
  const aside = side.wishes.reduce((sum, { leaves }) => sum + leaves.byteLength / 32, 0)
  const blocks = side.wishes
    .flatMap(({ ranges }) => ranges)
    .reduce((sum, { count }) => sum + count, 0)
  assert.equal(aside, blocks)
  assert.ok(blocks >= 256, `${blocks} of the 517 blocks of the disk`)
  assert.ok(side.wishes.every(({ shape, door }) => shape.name === 'disk' && door.kind === 'file'))
  assert.ok(
    reads.some(read => read.startsWith('config')),
    'the config has no door'
  )
  assert.equal(progress.bytesDone, progress.bytesTotal)
  assert.deepEqual([side.opened, side.closed], [1, 1])
})

test('over a slow link one try comes by it, and everything else by the stream', async () => {
  const { side } = await pulledWith({ rate: SLOW })
  const blocks = side.wishes.flatMap(({ ranges }) => ranges.map(({ count }) => count))
  assert.equal(side.wishes.length, 1)
  assert.ok(blocks.reduce((sum, count) => sum + count, 0) <= 32)
})

test('when it is lost the stream brings the same blocks', async () => {
  const { side, progress } = await pulledWith({ rate: FAST, until: 2 })
  assert.ok(side.wishes.length > 2)
  assert.equal(progress.bytesDone, progress.bytesTotal)
})

test('a bandwidth limit is kept by the stream alone', async () => {
  const { side } = await pulledWith({ rate: FAST }, new Throttle(1e12))
  assert.equal(side.wishes.length, 0)
})

test('a wrong block ends the pull, as one by the stream does', async () => {
  const target = machine()
  const { job, sink } = jobFor(target, 'SCP', undefined, {})
  const side = sideTo(target, sink, { rate: FAST })
  side.fetch = () => Promise.reject(new ContentMismatch('block 1 of disk'))
  const { source } = await served({ source: target })
  await source.hello(MACHINE, HASH)
  const through = { ...sink, door: async () => ({ kind: 'file', path: 'disk' }) as const }
  await assert.rejects(new Pull({ ...job, sink: through, side }).run(source), ContentMismatch)
  assert.equal(side.closed, 1)
  await source.close()
})
