import { createRequire } from 'node:module'

const manifest = createRequire(import.meta.url)('../../package.json') as { version: string }

/** Of this program, from its package.json. The compiled file lies two folders below it. */
export const VERSION: string = manifest.version
