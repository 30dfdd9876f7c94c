import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { ContentMismatch, Pull } from '../../../node/transfer/index.ts'
import type { BlocksSource, ServedMachine } from '../../../protocols/blocks/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import { jobFor, machine, served } from './pulling.ts'

const LIES: readonly [string, (honest: ServedMachine) => Partial<ServedMachine>][] = [
  [
    'page roots that are not those of the part',
    honest => ({
      pageRoots: async (shape, range) => flipped(await honest.pageRoots(shape, range))
    })
  ],
  [
    'leaves that are not those of the page',
    honest => ({ leaves: async (shape, pages) => flipped(await honest.leaves(shape, pages)) })
  ],
  [
    'a block that is not the one of its leaf',
    honest => ({
      blocks: async (shape, ranges, rate) => {
        const { bytes, encoding } = await honest.blocks(shape, ranges, rate)
        return { encoding, bytes: flipped(bytes) }
      }
    })
  ],
  [
    'a packed bomb',
    honest => ({
      blocks: async (shape, ranges, rate) =>
        shape.name === 'disk'
          ? { encoding: 'brotli', bytes: BOMB }
          : honest.blocks(shape, ranges, rate)
    })
  ],
  [
    'packed bytes that are none',
    () => ({ blocks: async () => ({ encoding: 'brotli', bytes: Uint8Array.of(1, 2, 3) }) })
  ]
]
/** 64 MiB of zeros, packed by brotli to a few dozen bytes. */
const BOMB: Uint8Array = brotliCompressSync(Buffer.alloc(2 ** 26))

function flipped(bytes: Uint8Array): Uint8Array {
  const lie = bytes.slice()
  const last = lie.byteLength - 1
  lie[last] = (lie[last] ?? 0) ^ 1
  return lie
}

for (const [name, lie] of LIES) {
  test(`an origin that sends ${name} is found out, and nothing wrong is written`, async () => {
    const target = machine()
    const { source } = await served({ source: target, lie })
    const { job, sink } = jobFor(target, 'SCP', undefined, {})
    await source.hello(MACHINE, HASH)
    await assert.rejects(new Pull(job).run(source), ContentMismatch)
    await source.close()
    for (const [part, bytes] of sink.parts) {
      const right = target.get(part) ?? new Uint8Array()
      for (let at = 0; at < bytes.byteLength; at++) {
        if (bytes[at] !== 0 && bytes[at] !== right[at]) assert.fail(`byte ${at} of ${part}`)
      }
    }
  })
}

test('an outline with another root than the ledger, or without all roots, is refused', () => {
  const target = machine()
  const { job } = jobFor(target, 'SCP', undefined, {})
  assert.throws(() => new Pull({ ...job, root: 'ab'.repeat(32) }), ContentMismatch)
  const partRoots = job.outline.partRoots.slice(1)
  assert.throws(() => new Pull({ ...job, outline: { ...job.outline, partRoots } }), ContentMismatch)
})

// broken connections

/** Breaks the stream at the nth question for blocks. */
function breakingAt(source: BlocksSource, nth: number): BlocksSource {
  let asked = 0
  return {
    hello: (machine, migration) => source.hello(machine, migration),
    pageRoots: (shape, first, count) => source.pageRoots(shape, first, count),
    leaves: (shape, pages, leaves) => source.leaves(shape, pages, leaves),
    changes: (shape, base, pages) => source.changes(shape, base, pages),
    blocks: async (shape, ranges, rate) => {
      asked += 1
      if (asked >= nth) throw new Error('the line is cut')
      return source.blocks(shape, ranges, rate)
    },
    patch: (shape, ranges, rate, signatures) => source.patch(shape, ranges, rate, signatures),
    side: () => source.side(),
    prove: answer => source.prove(answer),
    close: () => source.close()
  }
}

test('a pull whose line is cut goes on with a new one, and asks for nothing twice', async () => {
  const target = machine()
  const { job, sink, meter, total } = jobFor(target, 'SCP', undefined, {})
  const pull = new Pull(job)
  for (const nth of [2, 4, 5]) {
    const { source } = await served({ source: target })
    await source.hello(MACHINE, HASH)
    await assert.rejects(pull.run(breakingAt(source, nth)), /the line is cut/)
    await source.close()
  }
  const { source } = await served({ source: target })
  await source.hello(MACHINE, HASH)
  await pull.run(source)
  await source.close()
  assert.ok(Buffer.from(sink.parts.get('disk') ?? []).equals(target.get('disk') ?? Buffer.of(1)))
  assert.equal(new Set(sink.written).size, sink.written.length, 'nothing is written twice')
  assert.equal(meter.progress().bytesDone, total)
})

test('a pull resumed after a restart looks at what is here before it asks', async () => {
  const target = machine()
  const first = jobFor(target, 'SCP', undefined, {})
  const begun = await served({ source: target })
  await begun.source.hello(MACHINE, HASH)
  await assert.rejects(new Pull(first.job).run(breakingAt(begun.source, 6)), /cut/)
  await begun.source.close()
  const here = first.sink.written.length
  assert.ok(here > 0, 'something came before the line was cut')
  const { source } = await served({ source: target })
  const again = jobFor(target, 'SCP', undefined, { resumed: true, sink: first.sink })
  await source.hello(MACHINE, HASH)
  await new Pull(again.job).run(source)
  await source.close()
  assert.equal(new Set(first.sink.written).size, first.sink.written.length)
  assert.ok(
    Buffer.from(first.sink.parts.get('disk') ?? []).equals(target.get('disk') ?? Buffer.of(1))
  )
  assert.ok(again.meter.progress().bytesSent < first.total)
})
