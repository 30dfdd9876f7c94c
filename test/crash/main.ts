/**
 * `npm run crash`: one row for each role that dies and each effect before which it does, on real QEMU; exit 0 if nothing
 * is wrong in any, 3 otherwise. With `--as-it-left` the machine comes back to where all its bytes are already.
 */
import { parseArgs } from 'node:util'
import { type CrashRow, CrashTable, nameOfStep } from './crash-table.ts'

const { values } = parseArgs({
  options: {
    vmm: { type: 'string', default: 'qemu' },
    role: { type: 'string' },
    step: { type: 'string' },
    'as-it-left': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})

const table = await CrashTable.open(values.vmm === 'fake' ? 'fake' : 'qemu')
let wrongs = 0
try {
  const steps = (await table.steps()).filter(
    step =>
      (values.role === undefined || step.victim === values.role) &&
      (values.step === undefined || nameOfStep(step).includes(values.step))
  )
  for (const step of steps) {
    const row = await table.crash(step, { asItLeft: values['as-it-left'] })
    wrongs += row.wrongs.length
    console.log(values.json ? JSON.stringify(row) : told(row))
  }
} finally {
  await table.close()
}
process.exitCode = wrongs === 0 ? 0 : 3

function told({ step, died, outcome, version, wrongs }: CrashRow): string {
  const how = died ? 'died' : 'lived'
  const end = wrongs.length === 0 ? 'all is well' : `WRONG: ${wrongs.join('; ')}`
  return `${step.padEnd(44)} ${how.padEnd(6)} ${outcome.padEnd(8)} version ${version}   ${end}`
}
