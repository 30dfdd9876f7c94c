/** `node dist/test/second-verifier/main.js FILE`: exit code 0, or 1 and the height of the first fault. */
import { readFileSync } from 'node:fs'
import { verifyExport } from './verifier.ts'

const { height, why, figures } = verifyExport(readFileSync(process.argv[2] ?? 'ledger.export'))
console.log(figures, height === null ? why : `height ${height}: ${why}`)
process.exitCode = height === null ? 0 : 1
