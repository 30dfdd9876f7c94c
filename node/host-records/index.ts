export type { HostMachine, HostRecords, MoveJournals } from './host-records.ts'
export { type HostBooks, openHostBooks } from './level-records.ts'
