/** What a snapshot costs who serves it and who takes it. The newcomer is a process of its own; there is no line between. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { cutChunk, genesisTip, type LedgerState, splitsOf } from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { type Row, row } from '../row.ts'
import { writeChunk } from './chunk-file.ts'
import { cpuSeconds } from './cpu-seconds.ts'
import { marketOf, snapshotOf } from './market-state.ts'

const WRITER = fileURLToPath(new URL('./chunk-writer.js', import.meta.url))
const MACHINES = 1_000_000
/** A newcomer has the state in memory at the end: about 3 KiB for each machine. */
const HEAP_MIB = 8_192

interface Taken {
  /** Seconds of the processor. */
  readonly checkS: number
  readonly storeS: number
  readonly buildS: number
  /** Most memory while chunks came; then while the state was built. */
  readonly fetchingMiB: number
  readonly wholeMiB: number
}

export function run(): Promise<readonly Row[]> {
  return snapshotRows()
}

/** The state of a market of so many machines, ten of each account, from one node's memory to another's disk and memory. */
export async function snapshotRows(machines: number = MACHINES): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-snapshot-'))
  try {
    const state = marketOf(machines, genesisTip(sample.genesis, nodeCrypto))
    const begun = cpuSeconds()
    const snapshot = snapshotOf(state)
    const rootS = cpuSeconds() - begun
    await writeFile(join(dir, 'snapshot'), JSON.stringify(snapshot, asHex))
    const cut = await cutAll(state, join(dir, 'chunks'))
    const taken = await take(dir)
    const name = (what: string): string => `proofs/snapshot/${machines}-machines/${what}`
    return [
      row(name('bytes'), cut.bytes / 2 ** 20, 'MiB'),
      row(name('chunks'), cut.chunks, 'chunks'),
      row(name('root-of-new-state'), rootS, 'CPU s'),
      row(name('cut'), cut.cpuS, 'CPU s'),
      row(name('cut-slowest-chunk'), cut.slowestMs, 'ms'),
      row(name('check'), taken.checkS, 'CPU s'),
      row(name('store'), taken.storeS, 'CPU s'),
      row(name('build'), taken.buildS, 'CPU s'),
      row(name('memory-while-fetching'), taken.fetchingMiB, 'MiB'),
      row(name('memory-at-the-end'), taken.wholeMiB, 'MiB')
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** All chunks in the ranges that a node would offer. */
async function cutAll(
  state: LedgerState,
  path: string
): Promise<{ bytes: number; chunks: number; cpuS: number; slowestMs: number }> {
  const file = await open(path, 'w')
  const splits = splitsOf(state)
  const sum = { bytes: 0, chunks: 0, cpuS: 0, slowestMs: 0 }
  for (const [at, first] of ['', ...splits].entries()) {
    const to = splits[at] ?? null
    for (let from: string | null = first; from !== null; ) {
      const range = { from, to }
      const begunMs = performance.now()
      const begun = cpuSeconds()
      const chunk = cutChunk(state, range)
      sum.cpuS += cpuSeconds() - begun
      sum.slowestMs = Math.max(sum.slowestMs, performance.now() - begunMs)
      sum.bytes += chunk.proof.length
      sum.chunks += 1
      await writeChunk(file, { range, chunk })
      from = chunk.next
    }
  }
  await file.close()
  return sum
}

async function take(dir: string): Promise<Taken> {
  const files = ['store', 'chunks', 'snapshot'].map(name => join(dir, name))
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MIB}`, '--enable-source-maps', WRITER, ...files],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  let said = ''
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the newcomer ended with ${code}`)
  return JSON.parse(said) as Taken
}

function asHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
}
