/** Two programs that share no code read the same files: what one refuses the other refuses, and at the same height. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CertifiedBlock } from '../../ledger/index.ts'
import { ROOT } from '../gates/bad-tree.ts'
import { electedChain, electedGenesis } from '../support/elected-chain.ts'
import { audited, exported, flipped, sampleExport } from '../support/exports.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { verifyExport } from './verifier.ts'

/** Issue 5 sets it: a verifier that can be read in one sitting. */
const LINES_MAX = 300
const SEED = 20_261

const chain = electedChain()
const whole = await exported(chain.blocks, { genesis: electedGenesis })

/** Heights at which ours and the second verifier find the first fault; null where there is none. */
async function heights(bytes: Uint8Array): Promise<readonly [number | null, number | null]> {
  const ours = await audited(bytes)
  return [ours?.height ?? null, verifyExport(Buffer.from(bytes)).height]
}

async function bothRefuse(bytes: Uint8Array, height: number, what: string): Promise<void> {
  assert.deepEqual(await heights(bytes), [height, height], what)
}

test(`the second verifier has at most ${LINES_MAX} lines and no code of ours`, () => {
  const folder = join(ROOT, 'test/second-verifier')
  const files = readdirSync(folder).filter(name => /(?<!\.test)\.ts$/.test(name))
  const texts = files.map(name => readFileSync(join(folder, name), 'utf8'))
  const lines = texts.reduce((sum, text) => sum + text.trimEnd().split('\n').length, 0)
  assert.ok(lines <= LINES_MAX, `${lines} lines`)
  const imported = texts.flatMap(text =>
    [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name)
  )
  const own = files.map(name => `./${name}`)
  const foreign = imported.filter(name => name !== undefined && !own.includes(name))
  assert.deepEqual(new Set(foreign), new Set(['@ipld/dag-cbor', 'node:crypto', 'node:fs']))
  assert.ok(texts.every(text => !/\bimport\(|\brequire\(/.test(text)))
})

test('both accept a ledger with elections, hand-overs and descents, and count alike', async () => {
  assert.equal(await audited(whole), null)
  const { state, block } = chain.tip
  assert.deepEqual(verifyExport(Buffer.from(whole)), {
    height: null,
    why: 'good',
    figures: { height: state.height, transactions: 18, issued: state.issued }
  })
  assert.equal(block.length, 64)
  assert.equal(state.epoch.epoch, 4)
  assert.notDeepEqual(state.epoch.members, electedGenesis.coordinators)
  assert.ok(
    chain.blocks.some(({ block: { header }, descent }) => header.nextSet && descent.length > 1)
  )
})

test('both accept ledgers without elections, of one coordinator, and without blocks', async () => {
  for (const bytes of [await sampleExport(), await exported([])]) {
    assert.deepEqual(await heights(bytes), [null, null])
  }
})

test('both refuse a flipped bit at the same height, in every frame and every part of it', async t => {
  t.diagnostic(`seed ${SEED}`)
  const random = seededRandom(SEED)
  const places = framesOf(whole).flatMap(({ at, end }) => [
    ...Array.from({ length: 5 }, (_, head) => at + head),
    ...Array.from({ length: 9 }, () => at + 5 + random.integer(end - at - 5)),
    end - 1
  ])
  for (const at of [0, 17, ...places]) {
    const bit = 1 << random.integer(8)
    const [ours, second] = await heights(flipped(whole, at, bit))
    assert.notEqual(ours, null, `byte ${at}, bit ${bit}`)
    assert.equal(second, ours, `byte ${at}, bit ${bit}`)
  }
  assert.ok(places.length >= 300, `${places.length} places`)
})

test('both refuse a file cut short at the block that is not whole', async t => {
  t.diagnostic(`seed ${SEED}`)
  const random = seededRandom(SEED)
  for (const [frame, { at, end }] of framesOf(whole).entries()) {
    for (const length of [at, at + 1 + random.integer(end - at - 1), end - 1]) {
      await bothRefuse(whole.subarray(0, length), frame, `${length} bytes`)
    }
  }
  await bothRefuse(new Uint8Array(), 0, 'nothing')
  await bothRefuse(whole.subarray(0, 10), 0, 'half of its first line')
})

test('both refuse blocks that are left out, doubled or in another order', async () => {
  const [one, two, three, ...rest] = chain.blocks
  assert.ok(one && two && three)
  const cases: readonly (readonly [string, readonly CertifiedBlock[], number])[] = [
    ['the first left out', [two, three, ...rest], 1],
    ['the third left out', [one, two, ...rest], 3],
    ['the second doubled', [one, two, two, three, ...rest], 3],
    ['the second and third changed places', [one, three, two, ...rest], 2]
  ]
  for (const [what, blocks, height] of cases) {
    await bothRefuse(await exported(blocks, { genesis: electedGenesis }), height, what)
  }
})

test('both refuse frames that are left out, moved or repeated by hand, and a trailer of other blocks', async () => {
  const frames = framesOf(whole).map(({ at, end }) => whole.subarray(at, end))
  const [genesis = whole, first = whole, second = whole] = frames
  const trailer = frames.at(-1) ?? whole
  const magic = whole.subarray(0, 18)
  const shorter = await exported(chain.blocks.slice(0, -1), { genesis: electedGenesis })
  const cases: readonly (readonly [string, readonly Uint8Array[], number])[] = [
    ['no genesis', [magic, ...frames.slice(1)], 0],
    ['two', [magic, genesis, ...frames], 1],
    ['the trailer early', [magic, genesis, first, trailer], 2],
    ['a block behind the trailer', [magic, ...frames, second], 19],
    ['the last block left out', [magic, ...frames.slice(0, -2), trailer], 18],
    ['the trailer of a shorter ledger', [magic, ...frames.slice(0, -1), shorter.subarray(-41)], 19]
  ]
  for (const [what, parts, height] of cases) await bothRefuse(Buffer.concat(parts), height, what)
})

test('both refuse the genesis of another network, and a file that begins later', async () => {
  const other = { ...electedGenesis, name: 'another' }
  await bothRefuse(await exported(chain.blocks, { genesis: other }), 1, 'another genesis')
  const later = await exported(chain.blocks.slice(3), { genesis: electedGenesis, from: 4 })
  await bothRefuse(later, 1, 'from height 4 on')
})

/** Where each frame begins and ends. */
function framesOf(bytes: Uint8Array): { readonly at: number; readonly end: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const frames: { at: number; end: number }[] = []
  for (let at = 18, end = 0; at < bytes.length; at = end) {
    end = at + 5 + view.getUint32(at + 1)
    frames.push({ at, end })
  }
  return frames
}
