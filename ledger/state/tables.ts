/**
 * What the state holds, under which keys and in which bytes. Keys are ASCII text, `table/…`, and sort so that
 * one owner's machines or hosts stand together and dues stand in the order in which they fall. No key is the
 * beginning of another: every part has one length, but for account names, which end with a NUL.
 */
import {
  accountCodec,
  type Codec,
  fields,
  hostCodec,
  machineCodec,
  migrationCodec
} from '../encoding/index.ts'
import type {
  AccountId,
  AccountRecord,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  Uuid
} from '../records/index.ts'
import type { Due } from './state.ts'

export interface Tables {
  account: AccountRecord
  /** The account of a name. */
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
  issued: Picodollars
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
  issued: fields.money
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
  accountName: (name: string): string => `account-name/${name}\0`,
  host: (owner: AccountId, uuid: Uuid): string => `host/${owner}/${uuid}`,
  hostUuid: (uuid: Uuid): string => `host-uuid/${uuid}`,
  hostKey: (key: string): string => `host-key/${key}`,
  machine: (owner: AccountId, uuid: Uuid): string => `machine/${owner}/${uuid}`,
  machineUuid: (uuid: Uuid): string => `machine-uuid/${uuid}`,
  migration: (machine: Uuid): string => `migration/${machine}`,
  /** 16 decimal digits hold every safe integer, so text order is time order. */
  due: (due: Due): string => `due/${String(due.atMs).padStart(16, '0')}/${due.machine}/${due.kind}`,
  issued: 'issued'
} as const

export function dueOfKey(key: string): Due {
  const [, time, machine, kind] = key.split('/')
  if (time === undefined || machine === undefined || kind === undefined) {
    throw new Error(`'${key}' is no due`)
  }
  return { atMs: Number(time), machine, kind: kind as Due['kind'] }
}
