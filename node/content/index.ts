export { runsOf } from './runs.ts'
export { addBlocks, rootOf, sealRoot } from './seal.ts'
