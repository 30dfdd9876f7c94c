/**
 * A move of a machine, as an escrow with a deadline:
 *
 *   none --open--> open --commit (destination)--> none, the destination holds the machine
 *                  |  ^
 *                  |  +-- heartbeat (destination): the deadline moves, up to the hard limit
 *                  +-- abort (owner, destination, or the clock) --> none, all as before
 */
import {
  closeMigration,
  ESCROW,
  hostIn,
  keepCopy,
  letCopyGo,
  purseOf,
  saveMachine,
  saveMigration,
  storagePeriodMs,
  transfer,
  undoMigration
} from '../../billing/index.ts'
import { afterTransition, transition } from '../../lifecycle/index.ts'
import type {
  Body,
  Hash,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Rejection,
  SignedReceipt,
  SignerRef,
  Uuid
} from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { isRejection, reject } from '../rejection.ts'
import { settle } from '../settlement.ts'
import type { StatementChecks } from '../statement-checks.ts'

type BodyOf<T extends Body['type']> = Extract<Body, { type: T }>

/** The destination is at work. Admission has seen that the height is a later one and the sender the right one. */
export function heartbeat(draft: Draft, body: BodyOf<'heartbeat'>): Rejection | null {
  const migration = draft.migration(body.machine)
  if (migration === undefined) throw new Error(`heartbeat of ${body.machine} passed admission`)
  const patienceMs = draft.genesis.parameters.migrationDeadlineMs
  saveMigration(draft, {
    ...migration,
    deadlineMs: Math.min(migration.hardLimitMs, draft.timeMs + patienceMs),
    heartbeatHeight: body.height
  })
  return null
}

/** The machine has arrived: the destination holds it at the next version, under the new contract. */
export function commitMigration(
  draft: Draft,
  host: HostRecord,
  body: BodyOf<'commit-migration'>,
  statements: StatementChecks
): Rejection | null {
  const migration = openMove(draft, body.machine, body.migration)
  if (isRejection(migration)) return migration
  if (migration.destination !== host.uuid) {
    return reject('NOT_PARTY', `${host.name} is not the destination of the move ${migration.id}`)
  }
  const forged = checkReceipt(draft, migration, body.receipt, statements)
  if (forged !== null) return forged
  const machine = settle(draft, movingMachine(draft, migration))
  if (isRejection(machine)) return machine
  arrive(draft, migration, machine, host)
  return null
}

/**
 * The origin says that the destination has every byte; where it will not or cannot, the owner does, who risks nothing
 * but its own machine.
 */
function checkReceipt(
  draft: Draft,
  migration: MigrationRecord,
  signed: SignedReceipt,
  statements: StatementChecks
): Rejection | null {
  const { receipt } = signed
  if (receipt.migration !== migration.id || receipt.root !== migration.root) {
    return reject(
      'RECEIPT_FORGED',
      `the receipt is for another move or content than ${migration.id}`
    )
  }
  const origin = hostIn(draft, migration.origin)
  const owner = draft.account(migration.owner)
  if (owner === undefined) throw new Error(`the open move ${migration.id} is of an unknown account`)
  const isSigned = [origin, owner].some(({ key }) => statements.receiptIsBy(signed, key))
  if (isSigned) return null
  return reject(
    'RECEIPT_FORGED',
    `the receipt is signed neither by the key of the origin ${origin.name} nor by that of the owner ${owner.name}`
  )
}

/** Called off, by the owner or the destination. */
export function abortMigration(
  draft: Draft,
  signer: SignerRef,
  body: BodyOf<'abort-migration'>
): Rejection | null {
  const migration = openMove(draft, body.machine, body.migration)
  if (isRejection(migration)) return migration
  const party = signer.kind === 'account' ? migration.owner : migration.destination
  if (signer.id !== party) {
    return reject(
      'NOT_PARTY',
      `only the owner and the destination may end the move ${migration.id}: ${signer.id} is neither`
    )
  }
  undoMigration(draft, migration)
  return null
}

/** What was left of the old storage period and of a running period stays with the origin, and so does a copy. */
function arrive(
  draft: Draft,
  migration: MigrationRecord,
  machine: MachineRecord,
  destination: HostRecord
): void {
  const { previousState, origin } = migration
  const entry = transition(machine.state, 'arrive')
  if (entry === undefined) {
    throw new Error(`${machine.uuid} has an open move and is ${machine.state}`)
  }
  transfer(draft, ESCROW, purseOf(destination.owner), migration.escrow)
  closeMigration(draft, migration)
  const after = afterTransition(machine, entry, previousState)
  saveMachine(draft, {
    ...letCopyGo(draft, machine),
    ...keepCopy(draft, machine, origin),
    ...after,
    holder: migration.destination,
    contract: migration.contract,
    sealed: { version: after.version, state: previousState },
    noticeAtMs: null,
    billing: {
      ...machine.billing,
      storageDueMs: draft.timeMs + storagePeriodMs(migration.contract),
      storageUnpaidSinceMs: null,
      runningCreditMs: 0
    }
  })
}

function movingMachine(draft: Draft, migration: MigrationRecord): MachineRecord {
  const machine = draft.machine(migration.machine)
  if (machine === undefined)
    throw new Error(`the open move ${migration.id} is of an unknown machine`)
  return machine
}

function openMove(draft: Draft, machine: Uuid, id: Hash): MigrationRecord | Rejection {
  const migration = draft.migration(machine)
  if (migration?.id === id) return migration
  return reject(
    'MIGRATION_UNKNOWN',
    `machine ${machine} has no open move ${id}: it was committed, aborted or its time ran out`
  )
}
