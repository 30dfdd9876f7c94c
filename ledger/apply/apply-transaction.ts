import {
  isInvalid,
  type Rejection,
  type SignedTransaction,
  type Transaction
} from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { openAccount } from './accounts.ts'
import { checkAdmission } from './admission.ts'
import { alive } from './alive.ts'
import { castBallot, stand, takeEvidence, withdrawCandidacy } from './elections/index.ts'
import { collectFees, feeOf, payFee } from './fees.ts'
import { registerHost } from './hosts.ts'
import { issueMoney } from './issue.ts'
import {
  cancelOrders,
  confirm,
  declareLost,
  discardMachine,
  editMachine,
  evict,
  fell,
  giveNotice,
  raiseSpendLimit,
  registerMachine,
  release,
  releaseContract,
  sealReleased,
  suspendUnpaid
} from './machines/index.ts'
import { abortMigration, commitMigration, heartbeat, openMigration } from './moves/index.ts'
import { byAccount, byAnyone, byHost, byVoter, spendNonce, usesNonce } from './signers.ts'
import type { ApplyContext, StatementChecks } from './statement-checks.ts'

/**
 * Applies one transaction to a block's draft, after the block's dues. The signature is the caller's to verify.
 *
 * null: applied, and the fee of its kind is paid. A code that `isInvalid`: nothing changed, the transaction must
 * not stand in the block. Any other: its rule failed, the nonce is used up, the transaction fee is paid and
 * nothing else changed.
 */
export function applyTransaction(
  draft: Draft,
  signed: SignedTransaction,
  context: ApplyContext
): Rejection | null {
  return checkAdmission(draft, signed) ?? applyAdmitted(draft, signed, context)
}

/** As `applyTransaction`, for a caller that has just found it admitted by this draft. */
export function applyAdmitted(
  draft: Draft,
  { transaction }: SignedTransaction,
  context: ApplyContext
): Rejection | null {
  const { signer, nonce, body } = transaction
  const { parameters } = draft.genesis
  const nested = draft.nested()
  const rejection =
    payFee(nested, signer, feeOf(parameters, body.type)) ??
    applyRule(nested, transaction, context.statements)
  if (rejection === null) nested.merge()
  else if (isInvalid(rejection.code)) return rejection
  else payFee(draft, signer, parameters.transactionFee)
  if (usesNonce(body.type)) spendNonce(draft, signer, nonce)
  return rejection
}

function applyRule(
  draft: Draft,
  { signer, nonce, body }: Transaction,
  statements: StatementChecks
): Rejection | null {
  switch (body.type) {
    case 'open-account':
      return openAccount(draft, signer.id, body, statements)
    case 'register-host':
      return byAccount(draft, signer, 'provider', account =>
        registerHost(draft, account, nonce, body, statements)
      )
    case 'register-machine':
      return byAccount(draft, signer, 'buyer', account =>
        registerMachine(draft, account, nonce, body, statements)
      )
    case 'edit-machine':
      return byAccount(draft, signer, 'buyer', account => editMachine(draft, account, body))
    case 'discard-machine':
      return byAccount(draft, signer, 'buyer', account => discardMachine(draft, account, body))
    case 'cancel-orders':
      return byAccount(draft, signer, 'buyer', account => cancelOrders(draft, account, body))
    case 'confirm':
      return byHost(draft, signer, host => confirm(draft, host, body, statements))
    case 'fell':
      return byHost(draft, signer, host => fell(draft, host, body))
    case 'suspend-unpaid':
      return byHost(draft, signer, host => suspendUnpaid(draft, host, body))
    case 'seal':
      return byHost(draft, signer, host => sealReleased(draft, host, body))
    case 'give-notice':
      return byHost(draft, signer, host => giveNotice(draft, host, body))
    case 'evict':
      return byHost(draft, signer, host => evict(draft, host, body))
    case 'release':
      return byAccount(draft, signer, 'buyer', account => release(draft, account, body))
    case 'release-contract':
      return byAccount(draft, signer, 'buyer', account => releaseContract(draft, account, body))
    case 'declare-lost':
      return byAccount(draft, signer, 'buyer', account =>
        declareLost(draft, account, body, statements)
      )
    case 'raise-limit':
      return byAccount(draft, signer, 'buyer', account => raiseSpendLimit(draft, account, body))
    case 'collect-fees':
      return byAnyone(draft, signer, account =>
        collectFees(draft, account, nonce, body, statements)
      )
    case 'issue':
      return byAnyone(draft, signer, account => issueMoney(draft, account, body))
    case 'stand':
      return byVoter(draft, signer, account => stand(draft, account, nonce, body, statements))
    case 'withdraw-candidacy':
      return byVoter(draft, signer, account => withdrawCandidacy(draft, account))
    case 'vote':
      return byVoter(draft, signer, account => castBallot(draft, account, body))
    case 'evidence':
      return byVoter(draft, signer, account =>
        takeEvidence(draft, account, body.evidence, statements)
      )
    case 'alive':
      return alive(draft, signer.id, body)
    case 'open-migration':
      return byAccount(draft, signer, 'buyer', account =>
        openMigration(draft, account, nonce, body, statements)
      )
    case 'heartbeat':
      return heartbeat(draft, body)
    case 'commit-migration':
      return byHost(draft, signer, host => commitMigration(draft, host, body, statements))
    case 'abort-migration':
      return signer.kind === 'host'
        ? abortMigration(draft, signer, body)
        : byAccount(draft, signer, 'buyer', () => abortMigration(draft, signer, body))
  }
}
