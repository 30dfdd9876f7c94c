import { type FinalRecord, genesisTip, type SignedTransaction } from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { persistIn, sampleAgreement, sampleBatches } from '../../support/sample-chain.ts'

/** What a node is asked to keep: the sample blocks first, then machines registered one a block. */
export function* soloBlocks(count: number): Generator<FinalRecord> {
  const agreement = sampleAgreement()
  let nowMs = sample.genesis.timeMs
  let { state } = agreement.start(genesisTip(sample.genesis, testCrypto), nowMs)
  for (let made = 0; made < count; made += 1) {
    nowMs += 1_000
    const transactions: readonly SignedTransaction[] = sampleBatches()[made] ?? [
      sample.signed(sample.buyer, made, sample.registerMachine, sample.buyerKey)
    ]
    const proposed = agreement.step(state, { type: 'transactions', transactions }, nowMs)
    const { write, records } = persistIn(proposed.effects)
    state = agreement.step(proposed.state, { type: 'persisted', write }, nowMs).state
    yield* records
  }
}
