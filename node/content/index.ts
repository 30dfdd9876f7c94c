export { runsOf } from './runs.ts'
export { addBlocks, sealRoot } from './seal.ts'
