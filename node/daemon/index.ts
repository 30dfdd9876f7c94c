export { type RunOptions, runNode } from './run-node.ts'
