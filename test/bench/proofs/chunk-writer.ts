/** Run by `snapshot.ts` as its own process, so that its memory is a newcomer's: checks chunks, stores them, builds the state. */
import { readFile } from 'node:fs/promises'
import {
  checkChunk,
  genesisTip,
  lightFrom,
  type Snapshot,
  type SyncProgress
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { openStore } from '../../../node/store/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { readChunks } from './chunk-file.ts'
import { cpuSeconds } from './cpu-seconds.ts'

const [location, chunks, about] = process.argv.slice(2)
if (location === undefined || chunks === undefined || about === undefined) {
  throw new Error('usage: chunk-writer STORE CHUNKS SNAPSHOT')
}
const target = JSON.parse(await readFile(about, 'utf8'), bytesAgain) as Snapshot
const { stateRoot } = target.certified.header
const progress: SyncProgress = { light: lightFrom(sample.genesis, nodeCrypto), target, ranges: [] }
const store = await openStore(location)
const { snapshots } = store.chain
const start = genesisTip(sample.genesis, nodeCrypto)
await snapshots.begin(progress)
const taken = { checkS: 0, storeS: 0 }
let fetchingMiB = 0
for await (const { range, chunk } of readChunks(chunks)) {
  const begun = cpuSeconds()
  const checked = checkChunk(chunk, range, stateRoot, nodeCrypto)
  if (!checked.ok) throw new Error(`${checked.fault.code}: ${checked.fault.message}`)
  const stored = cpuSeconds()
  await snapshots.store(checked.entries, progress)
  taken.checkS += stored - begun
  taken.storeS += cpuSeconds() - stored
  fetchingMiB = Math.max(fetchingMiB, process.memoryUsage.rss() / 2 ** 20)
}
const begun = cpuSeconds()
const tip = await snapshots.complete(target, start.state.genesis, nodeCrypto)
if (tip.state.root() !== stateRoot) throw new Error('another state came of it')
const buildS = cpuSeconds() - begun
await store.close()
const wholeMiB = process.resourceUsage().maxRSS / 1_024
process.stdout.write(JSON.stringify({ ...taken, buildS, fetchingMiB, wholeMiB }))

function bytesAgain(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('hex' in value)) return value
  return Uint8Array.from(Buffer.from(String(value.hex), 'hex'))
}
