/**
 * The node's front door for other processes: the CLI and the terminal UI. Imports only `node:` modules and
 * types, because every run of `virtuoso` pays for what is loaded here.
 */
export * from './api/index.ts'
export { type DataLayout, dataLayout, resolveDataDir } from './data-dir/index.ts'
