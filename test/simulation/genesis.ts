import {
  type ElectionParameters,
  type Genesis,
  parseDollars,
  type Signer
} from '../../ledger/index.ts'
import * as sample from '../support/ledger-samples.ts'
import { toySigner } from '../support/toy-crypto.ts'

/** A market whose times are short, so that a run of seconds sees deadlines, silence, grace and fees. */
export function genesisOf(
  signers: readonly Signer[],
  election: ElectionParameters | null = null
): Genesis {
  return {
    ...sample.genesis,
    issuer: toySigner('issuer').publicKey,
    coordinators: signers.map(({ publicKey }, at) => ({ name: `m${at}`, key: publicKey })),
    parameters: {
      ...sample.genesis.parameters,
      signupGrant: parseDollars('4'),
      migrationDeadlineMs: 3_000,
      migrationHardLimitMs: 9_000,
      alivePeriodMs: 1_000,
      leaseMs: 3_000,
      graceMs: 8_000,
      retentionMs: 8_000,
      openFee: parseDollars('0.002'),
      registerFee: parseDollars('0.001'),
      transactionFee: parseDollars('0.0001'),
      election
    }
  }
}

/** So short that a run sees many hand-overs, and fresh money has a vote soon. */
export const SHORT_EPOCHS: ElectionParameters = {
  epochBlocks: 8,
  epochMs: 86_400_000,
  tallyBlocks: 2,
  bond: parseDollars('0.5'),
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 1_000
}
