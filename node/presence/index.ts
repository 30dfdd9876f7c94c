export { startAlive } from './alive-driver.ts'
export { type HostLease, startLease } from './lease-driver.ts'
