export type { HostMachine, HostRecords } from '../host-records/index.ts'
export { createHost, type Host, type HostOptions, hostOfKey, METHODS } from './host.ts'
export type { MachineLocks } from './machine-locks.ts'
