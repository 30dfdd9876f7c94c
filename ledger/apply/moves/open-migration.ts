import {
  ESCROW,
  purseOf,
  reserve,
  saveMachine,
  saveMigration,
  transfer
} from '../../billing/index.ts'
import { afterTransition, isResting, transition } from '../../lifecycle/index.ts'
import type {
  AccountRecord,
  Body,
  Contract,
  MachineRecord,
  MigrationRecord,
  Rejection
} from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { acceptingHost } from '../acceptance.ts'
import { checkSequence, ownersMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import { settle } from '../settlement.ts'
import type { StatementChecks } from '../statement-checks.ts'
import { agreeTerms, tooLittle } from '../terms.ts'

type OpenMigration = Extract<Body, { type: 'open-migration' }>

/** Puts a move on the ledger: room and the first storage price are set aside, the origin keeps the machine. */
export function openMigration(
  draft: Draft,
  owner: AccountRecord,
  nonce: number,
  body: OpenMigration,
  statements: StatementChecks
): Rejection | null {
  const found = ownersMachine(draft, owner, 'move', body)
  if (isRejection(found)) return found
  const used = checkSequence(found, body.sequence) ?? checkSealed(found)
  if (used !== null) return used
  const destination = acceptingHost(draft, found, body, statements)
  if (isRejection(destination)) return destination
  const machine = settle(draft, found)
  if (isRejection(machine)) return machine
  const contract = agreeTerms(draft, destination, machine.configuration, body.offer, statements)
  if (isRejection(contract)) return contract
  if (!transfer(draft, purseOf(owner.id), ESCROW, contract.storagePrice)) {
    return tooLittle(
      draft,
      owner.id,
      contract.storagePrice,
      'the first storage period at the destination'
    )
  }
  reserve(draft, destination.uuid, machine.configuration)
  const id = statements.migrationIdOf(machine.uuid, machine.version, owner.id, nonce)
  saveMigration(draft, migrationOf(draft, machine, id, contract))
  saveMachine(draft, departing(machine, body.sequence))
  return null
}

/** What moves is compared with the sealed root: a released machine has to be sealed before. */
function checkSealed({ uuid, version, sealed }: MachineRecord): Rejection | null {
  if (sealed?.version === version) return null
  return reject(
    'NOT_SEALED',
    `${uuid} was released and is sealed at version ${sealed?.version} of ${version}: its host seals it first`
  )
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
