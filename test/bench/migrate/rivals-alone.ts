/** `npm run bench -- rivals`: what others need on loopback to copy the machine that `migrate` moves. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, type Row, row } from '../row.ts'
import { CASES, type Case, prepareDestination, versionOf } from './cases.ts'
import { type Link, loopback } from './link.ts'
import { type Copied, openRivals, type Rival } from './rivals.ts'
import { makeWorkload } from './workload.ts'

const ROUNDS = 3
const SEED = 2004

interface Place {
  readonly workload: string
  readonly destination: string
  readonly link: Link
}

export async function run(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-rivals-'))
  let rivals: readonly Rival[] = []
  try {
    const workload = join(dir, 'workload')
    await makeWorkload(workload, {
      seed: SEED,
      diskMib: 1100,
      memoryMib: 256,
      versions: ['v0', 'c', 'd', 'e']
    })
    const served = join(dir, 'served')
    rivals = await openRivals(served)
    const place = { workload, destination: join(served, 'destination'), link: loopback }
    const rows: Row[] = []
    for (const [at, name] of CASES.entries())
      rows.push(...(await measure(name, rotated(rivals, at), place)))
    return rows
  } finally {
    for (const rival of rivals) await rival.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Each in turn, another one first in each round; the very first run warms the page cache and is discarded. */
async function measure(
  name: Case,
  rivals: readonly Rival[],
  place: Place
): Promise<readonly Row[]> {
  const [first] = rivals
  if (first === undefined) return []
  await copyOnce(name, first, place)
  const copied = new Map<Rival, Copied[]>(rivals.map(rival => [rival, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const rival of rotated(rivals, round))
      copied.get(rival)?.push(await copyOnce(name, rival, place))
  return [...copied].flatMap(([rival, runs]) => rowsOf(name, rival, runs))
}

async function copyOnce(name: Case, rival: Rival, place: Place): Promise<Copied> {
  await prepareDestination(name, place.workload, place.destination)
  return rival.copy(join(place.workload, versionOf(name)), place.destination, place.link)
}

function rowsOf(name: Case, rival: Rival, runs: readonly Copied[]): readonly Row[] {
  const title = `rivals/${name}/${rival.name.replaceAll(/\W+/g, '-')}`
  const cpu = runs.map(({ cpuSeconds }) => cpuSeconds)
  return [
    row(title, median(runs.map(({ seconds }) => seconds)), 's'),
    row(`${title}/wire`, median(runs.map(({ wireBytes }) => wireBytes)) / 1e6, 'MB'),
    ...(cpu.every(Number.isFinite) ? [row(`${title}/cpu`, median(cpu), 's')] : [])
  ]
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
