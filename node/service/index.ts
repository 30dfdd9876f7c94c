export type { ServiceContext } from './context.ts'
export { createHandlers, openMachineConsole } from './handlers.ts'
export type { HostServices } from './hosts.ts'
export { refuse, refuseByCode } from './refuse.ts'
