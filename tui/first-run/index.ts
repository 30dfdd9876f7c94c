export { type FirstRunOptions, runFirstRun } from './run.ts'
