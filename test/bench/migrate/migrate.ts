/**
 * Moves a machine of 1.1 GB, and files of the same bytes by rsync and scp, in one run and in rotated order.
 *
 *     a   the destination holds nothing
 *     b   it holds the very version; times are the same, which rsync believes
 *     b2  as b, but the times differ, so that rsync must read
 *     c, d, e   it holds the version before: memory changed; 50 MB of disk besides; 250 MB besides
 *
 * and, without rivals: `redolog` (50 MB changed of 1.1, 4 and 16 GB), `large` (the memory that 64 GB take) and `commit`
 * (a suspended machine on a market of real nodes, from the command to the final COMMIT).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions } from '../bench-options.ts'
import { median, type Row, row } from '../row.ts'
import { CASES, type Case, prepareDestination, versionOf } from './cases.ts'
import { limitOf, measureRates, type Rates } from './limits.ts'
import { type Link, loopback, slow } from './link.ts'
import { measureMarketMove } from './market-move.ts'
import { BASE, MODES, type Mode, type Moved, OwnMoves } from './own-moves.ts'
import { openRivals, type Rival } from './rivals.ts'
import { type MoveRow, moveRow } from './rows.ts'
import { measureSparse, OVER_IDLE_MIB, type SparseCase } from './sparse.ts'
import { makeWorkload, type Version } from './workload.ts'

const DISK_MIB = 1_100
const MEMORY_MIB = 256
const DEFAULT_SEED = 2004
const DEFAULT_ROUNDS = 3

/** How many times faster than the fastest unencrypted rsync it must be; of b the seconds it may be behind. */
const GOALS: Readonly<Record<Case, number>> = { a: 1 / 1.8, b: 0.3, b2: 4, c: 1.8, d: 3, e: 3 }
/** Those of the rsyncs that do not encrypt, on a link where bytes cost nothing. */
const ANCHORS: readonly string[] = ['rsync', 'rsync --inplace']
const ANCHORS_SLOW: readonly string[] = ['rsync zstd']

interface Bench {
  readonly own: OwnMoves
  readonly rivals: readonly Rival[]
  readonly files: string
  readonly copies: string
  readonly link: Link
  readonly rounds: number
  readonly rates: Rates
}

export async function run(options: BenchOptions): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'virtuoso-bench-migrate-'))
  const files = join(folder, 'files')
  const copies = join(folder, 'copies')
  const { cases, sparse, hasMarket } = casesOf(options)
  try {
    await mkdir(copies)
    const versions = [...new Set<Version>([BASE, ...cases.map(versionOf)])]
    const seed = Number(options.get('seed') ?? DEFAULT_SEED)
    await makeWorkload(files, { seed, diskMib: DISK_MIB, memoryMib: MEMORY_MIB, versions })
    const own = await OwnMoves.open(files, folder)
    const rivals = await openRivals(folder)
    const link = options.get('link') === 'slow' ? slow : loopback
    const rates = await measureRates(folder)
    const rounds = Number(options.get('rounds') ?? DEFAULT_ROUNDS)
    try {
      const rows = [...(await measure({ own, rivals, files, copies, link, rounds, rates }, cases))]
      for (const each of sparse) rows.push(...(await measureSparse(own, each)))
      if (hasMarket) rows.push(...(await measureMarketMove()))
      return rows
    } finally {
      own.close()
      for (const rival of rivals) await rival.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const SPARSE_CASES: readonly SparseCase[] = ['redolog', 'large']
const MARKET_CASE = 'commit'

function casesOf(options: BenchOptions): Wanted {
  const all: readonly string[] = [...CASES, ...SPARSE_CASES, MARKET_CASE]
  const wanted = options.get('cases')?.split(',') ?? all
  const unknown = wanted.filter(each => !all.includes(each))
  if (unknown.length > 0)
    throw new Error(`there is no case ${unknown.join(', ')}: ${all.join(', ')}`)
  return {
    cases: CASES.filter(each => wanted.includes(each)),
    sparse: SPARSE_CASES.filter(each => wanted.includes(each)),
    hasMarket: wanted.includes(MARKET_CASE)
  }
}

interface Wanted {
  readonly cases: readonly Case[]
  readonly sparse: readonly SparseCase[]
  readonly hasMarket: boolean
}

async function measure(bench: Bench, cases: readonly Case[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  if (cases.length === 0) return rows
  for (const [what, rate] of Object.entries(bench.rates))
    rows.push(moveRow(`this machine's ${what}`, 'rates', 'limit', rate / 1e6, 'MB/s'))
  const sealing = await bench.own.sealing(BASE)
  rows.push(moveRow('sealing all of it', 'seal', 'both-hash', sealing.whole, 's'))
  rows.push(moveRow('sealing it again', 'seal', 'cached', sealing.again, 's'))
  for (const each of cases) rows.push(...(await measureCase(bench, each)))
  return rows
}

/** What takes part in one case: its name, and a run that gives what it took. */
interface Runner {
  readonly name: string
  readonly run: () => Promise<Figures>
}

interface Figures {
  readonly seconds: number
  readonly wireBytes: number
  readonly cpuSeconds: number
  readonly own?: Moved
}

async function measureCase(bench: Bench, each: Case): Promise<readonly Row[]> {
  const modes: readonly Mode[] = each === 'a' ? MODES.slice(0, 2) : MODES
  const runners: readonly Runner[] = [
    ...modes.map(mode => ({ name: mode, run: () => moveOnce(bench, each, mode) })),
    ...bench.rivals.map(rival => ({
      name: rival.name,
      run: () => copyOnce(bench, each, rival)
    }))
  ]
  const found = new Map<string, Figures[]>(runners.map(({ name }) => [name, []]))
  for (let round = 0; round < bench.rounds; round++) {
    // Whoever comes first finds colder caches: each is first in turn.
    const turned = runners.map((_, at) => runners[(at + round) % runners.length])
    for (const runner of turned) {
      if (runner === undefined) continue
      found.get(runner.name)?.push(await runner.run())
      process.stderr.write('.')
    }
  }
  return [
    ...modes.flatMap(mode => ownRows(bench, each, mode, found)),
    ...bench.rivals.flatMap(rival => rivalRows(each, rival.name, found))
  ]
}

async function moveOnce({ own, link }: Bench, each: Case, mode: Mode): Promise<Figures> {
  const moved = await own.move(versionOf(each), each === 'a' ? null : BASE, mode, link)
  return { ...moved, own: moved }
}

async function copyOnce(bench: Bench, each: Case, rival: Rival): Promise<Figures> {
  const { files, copies, link } = bench
  const destination = join(copies, 'destination')
  await prepareDestination(each, files, destination)
  return await rival.copy(join(files, versionOf(each)), destination, link)
}

function ownRows(
  { link, rates }: Bench,
  each: Case,
  mode: Mode,
  found: ReadonlyMap<string, readonly Figures[]>
): readonly MoveRow[] {
  const runs = found.get(mode) ?? []
  const seconds = median(runs.map(run => run.seconds))
  const anchors = link.name === 'loopback' ? ANCHORS : ANCHORS_SLOW
  const against = anchors
    .map(name => found.get(name) ?? [])
    .filter(rivals => rivals.length > 0)
    .map(rivals => median(rivals.map(run => run.seconds)))
  const anchor = against.length === 0 ? null : Math.min(...against)
  const over = (side: 'source' | 'destination'): number =>
    Math.max(...runs.map(({ own }) => (own ? own[side].rssMb - own.idle[side].rssMb : 0)))
  const content = median(runs.map(({ own }) => (own?.bytesDone ?? 0) - (own?.bytesReused ?? 0)))
  const wire = median(runs.map(run => run.wireBytes))
  const limit = limitOf(link, { content, wire }, rates)
  return [
    {
      ...moveRow(`move ${each}`, each, mode, seconds, 's'),
      anchor: anchor === null ? null : Number(anchor.toPrecision(4)),
      ratio: anchor === null ? null : Number((anchor / seconds).toPrecision(4))
    },
    ...goalOf(link, each, mode, seconds, anchor),
    {
      ...moveRow(`move ${each}, physical limit`, each, mode, limit, 's'),
      ratio: Number((limit / seconds).toPrecision(4))
    },
    moveRow(`move ${each}, bytes`, each, mode, wire / 1e6, 'MB'),
    moveRow(`move ${each}, CPU`, each, mode, median(runs.map(run => run.cpuSeconds)), 's'),
    moveRow(`move ${each}, source over idle`, each, mode, over('source'), 'MiB', OVER_IDLE_MIB),
    moveRow(
      `move ${each}, destination over idle`,
      each,
      mode,
      over('destination'),
      'MiB',
      OVER_IDLE_MIB
    )
  ]
}

/** The goal of the case on loopback, where one is set. */
function goalOf(
  link: Link,
  each: Case,
  mode: Mode,
  seconds: number,
  anchor: number | null
): readonly MoveRow[] {
  if (anchor === null || mode !== 'cached' || link.name !== 'loopback') return []
  const goal = GOALS[each]
  const made =
    each === 'b'
      ? row(`move ${each}, behind rsync`, seconds - anchor, 's', goal)
      : row(`move ${each}, times faster than rsync`, anchor / seconds, 'x/s', goal)
  return [{ ...made, unit: made.unit === 'x/s' ? 'x' : made.unit, case: each, mode }]
}

function rivalRows(
  each: Case,
  name: string,
  found: ReadonlyMap<string, readonly Figures[]>
): readonly MoveRow[] {
  const runs = found.get(name) ?? []
  return [
    moveRow(`${name} ${each}`, each, name, median(runs.map(run => run.seconds)), 's'),
    moveRow(
      `${name} ${each}, bytes`,
      each,
      name,
      median(runs.map(run => run.wireBytes)) / 1e6,
      'MB'
    ),
    moveRow(`${name} ${each}, CPU`, each, name, median(runs.map(run => run.cpuSeconds)), 's')
  ]
}
