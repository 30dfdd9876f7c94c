/** `virtuoso audit --file` on a ledger of tens of thousands of transactions: certificates, signatures, state roots, all. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import { type CertifiedBlock, writeExport } from '../../../ledger/index.ts'
import { nodeCrypto, VERIFIER } from '../../../node/crypto/index.ts'
import { auditLedger } from '../../../node/index.ts'
import { Crowd } from '../ledger/crowd.ts'
import { median, type Row, row } from '../row.ts'
import { CertifiedChain, genesisOf } from './certified-chain.ts'

const SENDERS = 1_000
const ROUNDS = 48
/** Blocks of a busy ledger, and of a quiet one, whose certificates and roots weigh more. */
const BLOCK_SIZES = [1_000, 100]
const ROUNDS_MEASURED = 3
/** Of issue 5. */
const PER_SECOND = 5_000

export async function auditSpeed(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-audit-'))
  try {
    const rows: Row[] = []
    for (const size of BLOCK_SIZES) rows.push(...(await measure(join(dir, String(size)), size)))
    return rows
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function measure(path: string, blockSize: number): Promise<readonly Row[]> {
  const transactions = await exportTo(path, blockSize)
  const seconds: number[] = []
  const cpuSeconds: number[] = []
  for (let round = 0; round < ROUNDS_MEASURED; round++) {
    const [begunMs, begun] = [performance.now(), process.cpuUsage()]
    const view = await auditLedger({ source: { kind: 'files', paths: [path] } })
    const { user, system } = process.cpuUsage(begun)
    if (!view.ok || view.transactions !== transactions) {
      throw new Error(`${view.transactions} of ${transactions} audited`)
    }
    seconds.push((performance.now() - begunMs) / 1_000)
    cpuSeconds.push((user + system) / 1e6)
  }
  const name = `proofs/audit/${VERIFIER}/${availableParallelism()}-cores/blocks-of-${blockSize}`
  return [
    row(`${name}/best`, transactions / Math.min(...seconds), 'tx/s', PER_SECOND),
    row(`${name}/p50`, transactions / median(seconds), 'tx/s', PER_SECOND),
    // Of all threads together: what is left where others use the cores too.
    row(`${name}/cpu`, (median(cpuSeconds) / transactions) * 1e6, 'µs/tx'),
    row(`${name}/transactions`, transactions, ''),
    row(`${name}/file`, (await stat(path)).size / 1_024 ** 2, 'MiB')
  ]
}

/** Accounts, machines, and then one change of a machine after the other. Gives the number of transactions. */
async function exportTo(path: string, blockSize: number): Promise<number> {
  const genesis = genesisOf({ expiryHeightsMax: 100_000 })
  let count = 0
  function* blocks(): Generator<CertifiedBlock> {
    const chain = new CertifiedChain(genesis)
    const crowd = new Crowd(genesis, SENDERS)
    const rounds = [
      () => crowd.openings(0),
      () => crowd.registrations(0),
      ...Array.from({ length: ROUNDS }, () => () => crowd.edits(0, SENDERS))
    ]
    for (const round of rounds) {
      const signed = round()
      count += signed.length
      for (let at = 0; at < signed.length; at += blockSize) {
        yield chain.add(signed.slice(at, at + blockSize))
      }
    }
  }
  await pipeline(writeExport(genesis, 1, blocks(), nodeCrypto), createWriteStream(path))
  return count
}
