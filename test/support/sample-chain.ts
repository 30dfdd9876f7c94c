/** Certified blocks on the sample network, made by the solo agreement as a node would have it. */
import assert from 'node:assert/strict'
import {
  type Agreement,
  type AgreementEffect,
  type CertifiedBlock,
  chainContext,
  genesisTip,
  type SignedTransaction,
  type SoloState,
  soloAgreement,
  type Tip
} from '../../ledger/index.ts'
import { testCrypto } from './ed25519.ts'
import * as sample from './ledger-samples.ts'

export function sampleAgreement(): Agreement<SoloState> {
  const context = chainContext(sample.genesis, testCrypto)
  return soloAgreement({ signer: sample.coordinator, context })
}

/** One block for each batch, a second apart; all effects are carried out at once. */
export function sampleChain(batches: readonly (readonly SignedTransaction[])[]): {
  readonly blocks: readonly CertifiedBlock[]
  readonly tip: Tip
} {
  const agreement = sampleAgreement()
  const blocks: CertifiedBlock[] = []
  let nowMs = sample.genesis.timeMs
  let { state } = agreement.start(genesisTip(sample.genesis, testCrypto), nowMs)
  for (const transactions of batches) {
    nowMs += 1_000
    const proposed = agreement.step(state, { type: 'transactions', transactions }, nowMs)
    const write = persistIn(proposed.effects)
    const saved = agreement.step(proposed.state, { type: 'persisted', write: write.write }, nowMs)
    blocks.push(...write.records.map(record => record.certified))
    state = saved.state
  }
  return { blocks, tip: state.tip }
}

export function persistIn(
  effects: readonly AgreementEffect[]
): Extract<AgreementEffect, { type: 'persist' }> {
  const write = effects.find(effect => effect.type === 'persist')
  assert.ok(write !== undefined, 'the step persists a block')
  return write
}

/** Four blocks: two accounts, a host, a machine, and one of somebody who may have none. */
export function sampleBatches(): readonly (readonly SignedTransaction[])[] {
  return [
    [
      sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey),
      sample.signed(sample.provider, 1, sample.openProvider, sample.providerKey)
    ],
    [sample.signed(sample.provider, 2, sample.registerHost, sample.providerKey)],
    [
      sample.signed(sample.buyer, 2, sample.registerMachine, sample.buyerKey),
      sample.signed(sample.provider, 3, sample.registerMachine, sample.providerKey)
    ],
    [
      sample.signed(
        sample.buyer,
        3,
        { type: 'discard-machine', machine: sample.machineUuid },
        sample.buyerKey
      )
    ]
  ]
}
