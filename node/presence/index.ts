export { startAlive } from './alive-driver.ts'
