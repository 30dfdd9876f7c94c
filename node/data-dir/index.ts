export { type DataLayout, dataLayout, resolveDataDir } from './data-dir.ts'
