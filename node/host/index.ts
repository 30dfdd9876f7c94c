export type { HostMachine, HostRecords } from '../host-records/index.ts'
export type { CachedCopies } from './cached-copies.ts'
export { createHost, type Host, type HostOptions } from './host.ts'
export type { MachineLocks } from './machine-locks.ts'
