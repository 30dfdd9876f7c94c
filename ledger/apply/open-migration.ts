import { ESCROW, purseOf, reserve, saveMachine, saveMigration, transfer } from '../billing/index.ts'
import { afterTransition, isResting, transition } from '../lifecycle/index.ts'
import type {
  AccountRecord,
  Body,
  Contract,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Rejection
} from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { checkSequence, machineOf } from './machines.ts'
import { checkSwap, isRejection, reject } from './rejection.ts'
import type { StatementChecks } from './statement-checks.ts'
import { agreeTerms, tooLittle } from './terms.ts'

type OpenMigration = Extract<Body, { type: 'open-migration' }>

/** Puts a move on the ledger: room and the first storage price are set aside, the origin keeps the machine. */
export function openMigration(
  draft: Draft,
  owner: AccountRecord,
  nonce: number,
  body: OpenMigration,
  statements: StatementChecks
): Rejection | null {
  const machine = machineOf(draft, owner, body.machine)
  if (isRejection(machine)) return machine
  const illegal = checkSequence(machine, body.sequence) ?? checkSwap(machine, 'move', body.version)
  if (illegal !== null) return illegal
  const destination = checkDestination(draft, machine, body, statements)
  if (isRejection(destination)) return destination
  const contract = agreeTerms(draft, destination, machine.configuration, body.offer, statements)
  if (isRejection(contract)) return contract
  if (!transfer(draft, purseOf(owner.id), ESCROW, contract.storagePrice)) {
    return tooLittle(owner, contract.storagePrice, 'the first storage period at the destination')
  }
  reserve(draft, destination.uuid, machine.configuration)
  const id = statements.migrationIdOf(machine.uuid, machine.version, owner.id, nonce)
  saveMigration(draft, migrationOf(draft, machine, id, contract))
  saveMachine(draft, departing(machine, body.sequence))
  return null
}

function checkDestination(
  draft: Draft,
  machine: MachineRecord,
  body: OpenMigration,
  statements: StatementChecks
): HostRecord | Rejection {
  const { acceptance } = body.acceptance
  const destination = draft.host(body.offer.offer.host)
  if (destination === undefined) {
    return reject('HOST_UNKNOWN', `no host has the UUID ${body.offer.offer.host}`)
  }
  if (destination.uuid === machine.holder) {
    return reject('MIGRATION_SAME_HOST', `${machine.uuid} is on ${destination.name} already`)
  }
  if (
    acceptance.machine !== machine.uuid ||
    acceptance.version !== machine.version ||
    acceptance.destination !== destination.uuid ||
    acceptance.offer !== statements.offerHash(body.offer)
  ) {
    return reject('ACCEPTANCE_FORGED', `the acceptance is not for this machine, version and offer`)
  }
  if (!statements.acceptanceIsBy(body.acceptance, destination.key)) {
    return reject(
      'ACCEPTANCE_FORGED',
      `the acceptance is not signed by the key of ${destination.name}`
    )
  }
  if (acceptance.expiryHeight < draft.height) {
    return reject(
      'ACCEPTANCE_EXPIRED',
      `the acceptance ended at height ${acceptance.expiryHeight}, this is ${draft.height}: ask again`
    )
  }
  return destination
}

function departing(machine: MachineRecord, sequence: number): MachineRecord {
  const entry = transition(machine.state, 'move')
  if (entry === undefined) throw new Error(`a move was found legal in ${machine.state}`)
  return { ...machine, ...afterTransition(machine, entry, null), orderSequence: sequence }
}

function migrationOf(
  draft: Draft,
  machine: MachineRecord,
  id: string,
  contract: Contract
): MigrationRecord {
  const { uuid, state, holder, root } = machine
  if (!isResting(state) || holder === null || root === null) {
    throw new Error(`machine ${uuid} is ${state} and lacks a holder or a root`)
  }
  const { migrationDeadlineMs, migrationHardLimitMs } = draft.genesis.parameters
  return {
    id,
    machine: uuid,
    owner: machine.owner,
    version: machine.version,
    previousState: state,
    origin: holder,
    destination: contract.host,
    contract,
    escrow: contract.storagePrice,
    root,
    openedAtMs: draft.timeMs,
    deadlineMs: draft.timeMs + Math.min(migrationDeadlineMs, migrationHardLimitMs),
    hardLimitMs: draft.timeMs + migrationHardLimitMs,
    // A destination that has seen this block, and no later one, may already say that it is at work.
    heartbeatHeight: draft.height - 1
  }
}
