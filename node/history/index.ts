export { VersionHistory } from './history.ts'
export type { VersionRow } from './versions.ts'
