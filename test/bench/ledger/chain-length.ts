/** What a long chain costs: the next block, its write, and a start. In one process, one coordinator, no network. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  chainContext,
  type Genesis,
  type SignedTransaction,
  soloAgreement
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { openStore } from '../../../node/store/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { persistIn } from '../../support/sample-chain.ts'
import { median, type Row, row } from '../row.ts'
import { Crowd } from './crowd.ts'

/** Blocks after which it is measured. */
const LENGTHS = [1_000, 10_000, 50_000]
const SENDERS = 100
const PER_BLOCK = 2
/** The last blocks of a length, whose middle one is told. */
const MEASURED = 200

export async function chainLength(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-chain-'))
  try {
    const location = join(dir, 'store')
    const genesis: Genesis = {
      ...sample.genesis,
      parameters: { ...sample.genesis.parameters, expiryHeightsMax: 1_000_000 }
    }
    const crowd = new Crowd(genesis, SENDERS)
    const rows: Row[] = []
    for (const length of LENGTHS) {
      const blockMs = await extend(genesis, crowd, location, length)
      const begunMs = performance.now()
      const store = await openStore(location)
      await store.chain.load(genesis, nodeCrypto)
      const startMs = performance.now() - begunMs
      await store.close()
      rows.push(
        row(`ledger/chain/${length}-blocks/block-of-${PER_BLOCK}`, blockMs, 'ms'),
        row(`ledger/chain/${length}-blocks/start`, startMs, 'ms')
      )
    }
    return rows
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Lets the stored chain grow to `length`; what one of the last blocks took, made and written, in ms. */
async function extend(
  genesis: Genesis,
  crowd: Crowd,
  location: string,
  length: number
): Promise<number> {
  const store = await openStore(location)
  // Signing and its checks are no matter of length.
  const context = chainContext(genesis, nodeCrypto, () => true)
  const agreement = soloAgreement({ signer: sample.coordinator, context })
  const tip = await store.chain.load(genesis, nodeCrypto)
  let nowMs = tip.state.timeMs
  let { state } = agreement.start(tip, nowMs)
  const taken: number[] = []
  while (state.tip.state.height < length) {
    const transactions = next(crowd, state.tip.state.height)
    const begunMs = performance.now()
    nowMs += 1
    const built = agreement.step(state, { type: 'transactions', transactions }, nowMs)
    const { write, records } = persistIn(built.effects)
    await store.chain.append(records, false)
    state = agreement.step(built.state, { type: 'persisted', write }, nowMs).state
    taken.push(performance.now() - begunMs)
  }
  await store.close()
  return median(taken.slice(-MEASURED))
}

function next(crowd: Crowd, height: number): readonly SignedTransaction[] {
  if (height === 0) return crowd.openings(0)
  return height === 1 ? crowd.registrations(1) : crowd.edits(height, PER_BLOCK)
}
