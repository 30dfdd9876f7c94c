/**
 * What the state holds, under which keys and in which bytes. Keys are ASCII text, `table/…`, and sort so that
 * one owner's machines or hosts stand together and dues stand in the order in which they fall. No key is the
 * beginning of another: every part has one length, but for account names, which end with a NUL.
 */
import {
  accountCodec,
  attendanceCodec,
  ballotCodec,
  type Codec,
  candidateCodec,
  epochCodec,
  fields,
  hostCodec,
  machineCodec,
  migrationCodec,
  youngMoneyCodec
} from '../encoding/index.ts'
import type {
  AccountId,
  AccountRecord,
  Attendance,
  BallotRecord,
  CandidateRecord,
  EpochRecord,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  Uuid,
  YoungMoney
} from '../records/index.ts'
import type { Charge, Due, Turn } from './state.ts'

export interface Tables {
  account: AccountRecord
  /** The account of a name in small letters. */
  'account-name': AccountId
  host: HostRecord
  /** The owner of a host. */
  'host-uuid': AccountId
  /** The host of a key. */
  'host-key': Uuid
  machine: MachineRecord
  /** The owner of a machine. */
  'machine-uuid': AccountId
  migration: MigrationRecord
  /** Only its key says something. */
  due: true
  charge: true
  turn: true
  issued: Picodollars
  standstill: number
  fees: Picodollars
  /** What the coordinator of a key has collected. */
  collected: Picodollars
  /** What it earned in epochs that are over. */
  earned: Picodollars
  burned: Picodollars
  epoch: EpochRecord
  attendance: Attendance
  candidate: CandidateRecord
  /** The candidate of a consensus key. */
  'candidate-key': AccountId
  /** A key that no candidate may have any more. */
  barred: true
  ballot: BallotRecord
  young: YoungMoney
}

export type Table = keyof Tables
export type StateValue = Tables[Table]

const CODECS: { readonly [K in Table]: Codec<Tables[K]> } = {
  account: accountCodec,
  'account-name': fields.accountId,
  host: hostCodec,
  'host-uuid': fields.accountId,
  'host-key': fields.uuid,
  machine: machineCodec,
  'machine-uuid': fields.accountId,
  migration: migrationCodec,
  due: fields.flag as Codec<true>,
  charge: fields.flag as Codec<true>,
  turn: fields.flag as Codec<true>,
  issued: fields.money,
  standstill: fields.counter,
  fees: fields.money,
  collected: fields.money,
  earned: fields.money,
  burned: fields.money,
  epoch: epochCodec,
  attendance: attendanceCodec,
  candidate: candidateCodec,
  'candidate-key': fields.accountId,
  barred: fields.flag as Codec<true>,
  ballot: ballotCodec,
  young: youngMoneyCodec
}

/** The codec of the table that a key is in; throws if there is none, e.g. in a damaged store. */
export function codecOf(key: string): Codec<StateValue> {
  const slash = key.indexOf('/')
  const table = slash === -1 ? key : key.slice(0, slash)
  const codec = (CODECS as Partial<Record<string, Codec<StateValue>>>)[table]
  if (codec === undefined) throw new Error(`the state has no table '${table}'`)
  return codec
}

export const keyOf = {
  account: (id: AccountId): string => `account/${id}`,
  /** Names are ASCII, so that this is the same as comparing them in NFC and without case. */
  accountName: (name: string): string => `account-name/${name.toLowerCase()}\0`,
  host: (owner: AccountId, uuid: Uuid): string => `host/${owner}/${uuid}`,
  hostUuid: (uuid: Uuid): string => `host-uuid/${uuid}`,
  hostKey: (key: string): string => `host-key/${key}`,
  machine: (owner: AccountId, uuid: Uuid): string => `machine/${owner}/${uuid}`,
  machineUuid: (uuid: Uuid): string => `machine-uuid/${uuid}`,
  migration: (machine: Uuid): string => `migration/${machine}`,
  due: (due: Due): string => `due/${sortable(due.atMs)}/${due.machine}/${due.kind}`,
  charge: (charge: Charge): string =>
    `charge/${charge.host}/${sortable(charge.clockMs)}/${charge.machine}`,
  turn: (turn: Turn): string => `turn/${sortable(turn.uptimeMs)}/${turn.machine}`,
  issued: 'issued',
  standstill: 'standstill',
  fees: 'fees',
  collected: (key: string): string => `collected/${key}`,
  earned: (key: string): string => `earned/${key}`,
  burned: 'burned',
  epoch: 'epoch',
  attendance: 'attendance',
  candidate: (account: AccountId): string => `candidate/${account}`,
  candidateKey: (key: string): string => `candidate-key/${key}`,
  barred: (key: string): string => `barred/${key}`,
  ballot: (voter: AccountId): string => `ballot/${voter}`,
  young: (account: AccountId): string => `young/${account}`
} as const

/** 16 decimal digits hold every safe integer, so text order is time order. */
function sortable(ms: number): string {
  return String(ms).padStart(16, '0')
}

export function dueOfKey(key: string): Due {
  const [time, machine, kind] = partsOf(key)
  return { atMs: Number(time), machine, kind: kind as Due['kind'] }
}

export function chargeOfKey(key: string): Charge {
  const [host, clock, machine] = partsOf(key)
  return { host, clockMs: Number(clock), machine }
}

export function turnOfKey(key: string): Turn {
  const [uptime, machine] = partsOf(`${key}/`)
  return { uptimeMs: Number(uptime), machine }
}

/** The three parts behind the table's name. */
function partsOf(key: string): readonly [string, string, string] {
  const [, first, second, third] = key.split('/')
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error(`'${key}' is not a key of three parts`)
  }
  return [first, second, third]
}
