/**
 * Fees: a fixed price of each kind of transaction, so that nobody fills the state for nothing. A transaction
 * that is applied pays the fee of its kind, one whose rule fails the transaction fee. The coordinators of an
 * epoch share what comes in evenly; each collects its part when it likes, and what does not divide waits for more.
 */
import { FEES, purseOf, transfer } from '../billing/index.ts'
import { feesEarned } from '../election/index.ts'
import { formatDollars } from '../money/index.ts'
import type {
  AccountId,
  AccountRecord,
  Body,
  BodyType,
  Parameters,
  Picodollars,
  Rejection,
  SignerRef,
  Transaction
} from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'
import { reject } from './rejection.ts'
import type { StatementChecks } from './statement-checks.ts'

/** What an applied transaction of this kind pays. */
export function feeOf(parameters: Parameters, type: BodyType): Picodollars {
  if (type === 'alive') return 0n
  if (type === 'open-account') return parameters.openFee
  const registers = type === 'register-host' || type === 'register-machine'
  return registers ? parameters.registerFee : parameters.transactionFee
}

/** The least `feeMax` with which a transaction of this kind is admitted, whatever becomes of it. */
export function feeBoundOf(parameters: Parameters, type: BodyType): Picodollars {
  const fee = feeOf(parameters, type)
  return type === 'alive' || fee > parameters.transactionFee ? fee : parameters.transactionFee
}

/** Admission: the signer has agreed to the fee and can pay for a rule that fails. */
export function checkFee(state: StateReader, transaction: Transaction): Rejection | null {
  const { parameters } = state.genesis
  const { signer, feeMax, body } = transaction
  const bound = feeBoundOf(parameters, body.type)
  if (feeMax < bound) {
    return reject(
      'INVALID_FEE',
      `${body.type} costs up to ${formatDollars(bound)} dollars, ${formatDollars(feeMax)} were agreed to`
    )
  }
  if (body.type === 'alive') return null
  const payer = state.account(payerOf(state, signer))
  const least = payer === undefined ? parameters.openFee : parameters.transactionFee
  const balance = payer === undefined ? grantOf(state) : payer.balance
  if (balance >= least) return null
  return reject(
    'INVALID_FUNDS',
    `${body.type} costs ${formatDollars(least)} dollars, ${payer?.name ?? 'a new account'} has ${formatDollars(balance)}`
  )
}

/** null: the fee is paid, or there is no account yet that could pay it. */
export function payFee(draft: Draft, signer: SignerRef, fee: Picodollars): Rejection | null {
  const payer = draft.account(payerOf(draft, signer))
  if (payer === undefined || fee === 0n) return null
  if (transfer(draft, purseOf(payer.id), FEES, fee)) return null
  return reject(
    'INSUFFICIENT_FUNDS',
    `the fee is ${formatDollars(fee)} dollars, ${payer.name} has ${formatDollars(payer.balance)}`
  )
}

/** What a new account is given: only a development network gives anything. */
export function grantOf({ genesis }: StateReader): Picodollars {
  return genesis.dev ? genesis.parameters.signupGrant : 0n
}

/** A coordinator's part of all fees so far, to the account that its key signs for. */
export function collectFees(
  draft: Draft,
  account: AccountRecord,
  nonce: number,
  body: Extract<Body, { type: 'collect-fees' }>,
  statements: StatementChecks
): Rejection | null {
  const { coordinator, proof } = body
  const earned = feesEarned(draft, coordinator)
  if (earned === 0n && !draft.epoch.members.some(({ key }) => key === coordinator)) {
    const message = `${coordinator} is no coordinator, and never earned a fee as one`
    return reject('COORDINATOR_UNKNOWN', message)
  }
  if (!statements.feesProofIsBy(account.id, nonce, coordinator, proof)) {
    return reject(
      'COORDINATOR_FORGED',
      `the key ${coordinator} did not sign for account ${account.name}`
    )
  }
  const left = earned - draft.collectedBy(coordinator)
  if (left === 0n) {
    return reject('NOTHING_TO_COLLECT', `${coordinator} has collected its part already`)
  }
  transfer(draft, { kind: 'collected', by: coordinator }, purseOf(account.id), left)
  return null
}

/** A host has no money of its own: its provider pays. */
function payerOf(state: StateReader, signer: SignerRef): AccountId {
  return signer.kind === 'account' ? signer.id : (state.host(signer.id)?.owner ?? '')
}
