import { type Genesis, parseDollars, type Signer } from '../../ledger/index.ts'
import * as sample from '../support/ledger-samples.ts'
import { toySigner } from '../support/toy-crypto.ts'

/** A market whose times are short, so that a run of seconds sees deadlines, silence, grace and fees. */
export function genesisOf(signers: readonly Signer[]): Genesis {
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
      transactionFee: parseDollars('0.0001')
    }
  }
}
