/** How the records of the ledger's state look in bytes. The order of fields is part of the format. */
import type {
  AccountKind,
  AccountRecord,
  Bid,
  Billing,
  Configuration,
  Contract,
  Genesis,
  Halt,
  HostRecord,
  Liveness,
  MachineRecord,
  MachineState,
  MigrationRecord,
  Parameters,
  Resources,
  RestingState,
  RetainedCopy,
  Seal
} from '../records/index.ts'
import { type Codec, choice, nullable, record } from './codec.ts'
import { coordinatorsCodec, electionParametersCodec } from './election.ts'
import {
  accountId,
  amount,
  counter,
  flag,
  hash,
  integer,
  money,
  publicKey,
  text,
  uuid
} from './fields.ts'

/** Names of accounts, hosts, configurations; the rules are stricter about accounts. */
export const nameText: Codec<string> = text(64, 1)
/** A processor or operating system, as written in a configuration. */
export const labelText: Codec<string> = text(64)

export const accountKind: Codec<AccountKind> = choice(['buyer', 'provider'])

const RESTING = ['stored', 'stopped', 'suspended'] as const
const restingState: Codec<RestingState> = choice(RESTING)
export const machineState: Codec<MachineState> = choice([
  'registered',
  'started',
  'migrating',
  ...RESTING
])

export const resourcesCodec: Codec<Resources> = record({
  speed: amount,
  memoryMb: amount,
  storageMb: amount
})

export const configurationCodec: Codec<Configuration> = record({
  name: nameText,
  processor: labelText,
  os: labelText,
  speed: amount,
  memoryMb: amount,
  storageMb: amount,
  image: nullable(hash)
})

export const bidCodec: Codec<Bid> = record({ storagePer30Days: money, runningPerHour: money })

export const accountCodec: Codec<AccountRecord> = record({
  id: accountId,
  name: nameText,
  kind: accountKind,
  key: publicKey,
  balance: money,
  nonce: counter
})

const livenessCodec: Codec<Liveness> = record({
  aliveHeight: counter,
  heardMs: counter,
  silentMs: counter
})

export const hostCodec: Codec<HostRecord> = record({
  uuid,
  owner: accountId,
  key: publicKey,
  name: nameText,
  processor: labelText,
  totals: resourcesCodec,
  reserved: resourcesCodec,
  nonce: counter,
  liveness: livenessCodec
})

export const contractCodec: Codec<Contract> = record({
  host: uuid,
  offer: hash,
  storagePrice: money,
  storagePeriodDays: amount,
  runningPrice: money,
  runningPeriodS: amount
})

const haltCodec: Codec<Halt> = record({
  reason: choice<Halt['reason']>(['unpaid', 'limit']),
  atMs: counter
})

const billingCodec: Codec<Billing> = record({
  storageDueMs: nullable(counter),
  storageUnpaidSinceMs: nullable(counter),
  runningDueMs: nullable(counter),
  runningCreditMs: counter,
  spendLimit: nullable(money),
  spent: money,
  halt: nullable(haltCodec)
})

const sealCodec: Codec<Seal> = record({ version: counter, state: restingState })
const retainedCopyCodec: Codec<RetainedCopy> = record({ host: uuid, untilMs: counter })

export const machineCodec: Codec<MachineRecord> = record({
  uuid,
  owner: accountId,
  configuration: configurationCodec,
  bid: bidCodec,
  state: machineState,
  version: counter,
  holder: nullable(uuid),
  contract: nullable(contractCodec),
  root: nullable(hash),
  sealed: nullable(sealCodec),
  retained: nullable(retainedCopyCodec),
  noticeAtMs: nullable(counter),
  orderSequence: counter,
  billing: billingCodec
})

export const migrationCodec: Codec<MigrationRecord> = record({
  id: hash,
  machine: uuid,
  owner: accountId,
  version: counter,
  previousState: restingState,
  origin: uuid,
  destination: uuid,
  contract: contractCodec,
  escrow: money,
  root: hash,
  openedAtMs: counter,
  deadlineMs: counter,
  hardLimitMs: counter,
  heartbeatHeight: counter
})

/** 2^40 ms are 34 years. */
const duration: Codec<number> = integer(1_000, 2 ** 40)

const parametersCodec: Codec<Parameters> = record({
  signupGrant: money,
  migrationDeadlineMs: counter,
  migrationHardLimitMs: counter,
  expiryHeightsMax: integer(1, 2 ** 32),
  alivePeriodMs: duration,
  leaseMs: duration,
  graceMs: duration,
  retentionMs: duration,
  openFee: money,
  registerFee: money,
  transactionFee: money,
  election: nullable(electionParametersCodec)
})

export const genesisCodec: Codec<Genesis> = record({
  name: nameText,
  dev: flag,
  timeMs: counter,
  issuer: publicKey,
  coordinators: coordinatorsCodec,
  parameters: parametersCodec
})
