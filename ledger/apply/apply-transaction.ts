import type { Rejection, SignedTransaction, Transaction } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { openAccount } from './accounts.ts'
import { checkAdmission } from './admission.ts'
import { registerHost } from './hosts.ts'
import {
  cancelOrders,
  discardMachine,
  editMachine,
  fell,
  registerMachine,
  suspendUnpaid
} from './machines.ts'
import { abortMigration, commitMigration, heartbeat } from './migrations.ts'
import { openMigration } from './open-migration.ts'
import { confirm } from './orders.ts'
import { byAccount, byHost, spendNonce } from './signers.ts'
import type { ApplyContext, StatementChecks } from './statement-checks.ts'

/**
 * Applies one transaction to a block's draft, after the block's dues. The signature is the caller's to verify.
 *
 * null: applied. An `INVALID_*` code: nothing changed, the transaction must not stand in the block. Any other:
 * its rule failed, the nonce is used up and nothing else changed.
 */
export function applyTransaction(
  draft: Draft,
  signed: SignedTransaction,
  context: ApplyContext
): Rejection | null {
  const { transaction } = signed
  const refused = checkAdmission(draft, signed)
  if (refused !== null) return refused
  const nested = draft.nested()
  const rejection = applyRule(nested, transaction, context.statements)
  if (rejection === null) nested.merge()
  if (rejection?.code.startsWith('INVALID_') === true) return rejection
  if (transaction.body.type !== 'heartbeat') {
    spendNonce(draft, transaction.signer, transaction.nonce)
  }
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
