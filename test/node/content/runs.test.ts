import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlockRun, runsOf } from '../../../node/content/runs.ts'
import type { MachineContent, PartShape } from '../../../node/vmm/index.ts'
import { BLOCK_BYTES } from '../../../protocols/blocks/index.ts'

const BLOCKS = 200
const PART: PartShape = { name: 'disk', format: 'disk-raw', sizeBytes: BLOCKS * BLOCK_BYTES - 100 }

/** A disk that is zero but for these blocks, and that knows of holes as `extents` says. */
function contentOf(
  data: readonly number[],
  extents: readonly { offset: number; length: number }[]
): { content: MachineContent; reads: [number, number][] } {
  const reads: [number, number][] = []
  const bytes = new Uint8Array(PART.sizeBytes)
  for (const block of data) bytes[block * BLOCK_BYTES + 5] = 1
  const content: MachineContent = {
    parts: [PART],
    async read(_part, offset, length) {
      reads.push([offset, length])
      return bytes.slice(offset, offset + length)
    },
    extents: async (_part, within) => {
      const end = within === undefined ? PART.sizeBytes : within.offset + within.length
      const begin = within?.offset ?? 0
      return extents.flatMap(({ offset, length }) => {
        const from = Math.max(offset, begin)
        const to = Math.min(offset + length, end)
        return from < to ? [{ offset: from, length: to - from }] : []
      })
    },
    mark: undefined,
    changed: async () => undefined,
    door: () => undefined,
    close: async () => undefined
  }
  return { content, reads }
}

async function all(content: MachineContent, first = 0, count = BLOCKS): Promise<BlockRun[]> {
  const runs: BlockRun[] = []
  for await (const run of runsOf(content, PART, { first, count })) runs.push(run)
  return runs
}

function words(run: BlockRun): string {
  const count = run.kind === 'zeros' ? run.count : Math.ceil(run.bytes.byteLength / BLOCK_BYTES)
  return `${run.kind} ${run.first}+${count}`
}

const WHOLE = [{ offset: 0, length: PART.sizeBytes }]

test('runs cover every block once, in order, zeros as counts and data as bytes', async () => {
  const { content } = contentOf([3, 4, 199], WHOLE)
  const runs = await all(content)
  let next = 0
  for (const run of runs) {
    assert.equal(run.first, next)
    next += run.kind === 'zeros' ? run.count : Math.ceil(run.bytes.byteLength / BLOCK_BYTES)
  }
  assert.equal(next, BLOCKS)
  const data = runs.filter(run => run.kind === 'data').map(words)
  assert.deepEqual(data, ['data 3+2', 'data 199+1'])
})

test("a part's last block is as short as the part is", async () => {
  const { content } = contentOf([199], WHOLE)
  const last = (await all(content)).at(-1)
  assert.equal(last?.kind === 'data' ? last.bytes.byteLength : 0, BLOCK_BYTES - 100)
})

test('holes are never read', async () => {
  const extents = [{ offset: 10 * BLOCK_BYTES, length: BLOCK_BYTES }]
  const { content, reads } = contentOf([10], extents)
  const runs = await all(content)
  assert.deepEqual(runs.slice(0, 2).map(words), ['zeros 0+10', 'data 10+1'])
  assert.deepEqual(reads, [[10 * BLOCK_BYTES, BLOCK_BYTES]])
})

test('a range inside the part gives only its own blocks', async () => {
  const { content } = contentOf([3, 4, 5], WHOLE)
  assert.deepEqual((await all(content, 4, 3)).map(words), ['data 4+2', 'zeros 6+1'])
})

test('never more than four reads are ahead of who takes them, however fast they come', async () => {
  const { content } = contentOf([0], [{ offset: 0, length: PART.sizeBytes }])
  let begun = 0
  let taken = 0
  let most = 0
  const counting: MachineContent = {
    ...content,
    async read(_part, offset, length) {
      begun += 1
      most = Math.max(most, begun - taken)
      // Some come at once and some later, as from a disk.
      for (let turn = (offset / BLOCK_BYTES) % 5; turn > 0; turn -= 1) await Promise.resolve()
      return new Uint8Array(length).fill(1)
    }
  }
  const long: PartShape = { ...PART, sizeBytes: 500 * 64 * BLOCK_BYTES }
  const source = { ...counting, extents: async () => [{ offset: 0, length: long.sizeBytes }] }
  for await (const _run of runsOf(source, long, { first: 0, count: 500 * 64 })) {
    taken += 1
    await Promise.resolve()
  }
  assert.equal(begun, 500)
  assert.ok(most <= 4, `${most} reads were ahead`)
})
