/**
 * Coordinators as processes of their own, the whole stack between a client and a final block: libp2p with noise, the pool,
 * the state and its roots, the log on disk. The client shares the machine with them; its signing is done before.
 */
import { join } from 'node:path'
import { VERIFIER } from '../../../node/crypto/index.ts'
import { loadGenesis } from '../../../node/index.ts'
import { Lab } from '../../support/lab.ts'
import { median, type Row, row } from '../row.ts'
import { chainLength } from './chain-length.ts'
import { Crowd } from './crowd.ts'
import { syncMs } from './disk.ts'
import { Gate, type Through } from './gate.ts'
import { growth } from './growth.ts'
import { neighbours } from './neighbours.ts'

const NAMES = ['kate', 'liam', 'mona', 'nina', 'oscar', 'paul']
const SENDERS = 2_048
/** Under way at once: where more of them only wait longer. */
const WINDOW = 2_048
const LONE_COMMITS = 200
const WARM = 4_096
const MEASURED = 12_288
/** More than the pools take, all at once. */
const FLOOD = 8_192

type VerifierName = typeof VERIFIER

/** Goals of issue 3: signed transactions a second and milliseconds, four coordinators on one machine of two cores. */
const GOALS = {
  perSecond: { 'sodium-native': 2_000, openssl: 1_500 },
  loneP50Ms: 15,
  loneP99Ms: 60
}

export async function run(): Promise<readonly Row[]> {
  return [
    ...(await measure(4)),
    ...(VERIFIER === 'openssl' ? [] : await measure(4, 'openssl')),
    ...(await measure(1)),
    ...(await measure(7)),
    ...growth(),
    ...(await chainLength()),
    ...(await neighbours())
  ]
}

async function measure(members: number, verifier: VerifierName = VERIFIER): Promise<Row[]> {
  const environment = { VIRTUOSO_VERIFIER: verifier }
  const lab = await Lab.open({ colleagues: NAMES.slice(0, members - 1), environment })
  const rows: Row[] = []
  const add = (name: string, value: number, unit: string, goal: number | null = null): void => {
    rows.push(
      row(`ledger/${verifier}/${members}/${name}`, value, unit, members === 4 ? goal : null)
    )
  }
  try {
    const genesis = await loadGenesis(lab.coordinator.genesis)
    const gate = await Gate.open(genesis, await addresses(lab, members), join(lab.dir, 'gate'))
    const crowd = new Crowd(genesis, SENDERS)
    await gate.send(crowd.openings(gate.height), WINDOW, SENDERS)
    await gate.send(crowd.registrations(gate.height), WINDOW, SENDERS)
    // Coordinators that have just started run code that is not compiled yet.
    await gate.send(crowd.edits(gate.height, WARM), WINDOW, SENDERS)
    add('fdatasync-p50', await syncMs(lab.dir), 'ms')
    const lone: number[] = []
    for (const signed of crowd.edits(gate.height, LONE_COMMITS)) {
      lone.push(...(await gate.send([signed], 1, 1)).latenciesMs)
    }
    lone.sort((a, b) => a - b)
    add('lone-commit-p50', median(lone), 'ms', GOALS.loneP50Ms)
    add('lone-commit-p99', quantile(lone, 0.99), 'ms', GOALS.loneP99Ms)
    // Everybody stands at another nonce now: the first round evens that out.
    await gate.send(crowd.edits(gate.height, SENDERS), WINDOW, SENDERS)
    const before = gate.height
    const through = await gate.send(crowd.edits(gate.height, MEASURED), WINDOW, SENDERS)
    addThrough('saturation', through, GOALS.perSecond[verifier])
    add('saturation/transactions-per-block', through.committed / (gate.height - before), '')
    addThrough('past-saturation', await gate.send(crowd.edits(gate.height, FLOOD), FLOOD, SENDERS))
    for (const [at, rss] of (await residentMiB(lab, members)).entries())
      add(`rss/${at}`, rss, 'MiB')
    add('fdatasync-p50-after', await syncMs(lab.dir), 'ms')
    await gate.close()
  } finally {
    await lab.close()
  }
  return rows

  function addThrough(name: string, through: Through, goal: number | null = null): void {
    const { committed, seconds, refused, latenciesMs } = through
    add(`${name}/committed`, committed / seconds, 'tx/s', goal)
    add(`${name}/latency-p50`, median(latenciesMs), 'ms')
    add(`${name}/latency-p99`, quantile(latenciesMs, 0.99), 'ms')
    add(`${name}/refused`, refused, 'transactions')
  }
}

function nodes(lab: Lab, members: number) {
  return ['judy', ...NAMES.slice(0, members - 1)].map(name => lab.node(name))
}

async function addresses(lab: Lab, members: number): Promise<string[]> {
  const all = nodes(lab, members).map(
    async node => (await node.client.call('node.status', {})).addresses
  )
  return (await Promise.all(all)).flatMap(found => found.slice(0, 1))
}

async function residentMiB(lab: Lab, members: number): Promise<number[]> {
  const all = nodes(lab, members).map(
    async node => (await node.client.call('node.status', {})).rssBytes
  )
  return (await Promise.all(all)).map(bytes => bytes / 1_024 ** 2)
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
