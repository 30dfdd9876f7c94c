import { type Body, type MachineRecord, parseDollars } from '../../ledger/index.ts'
import type { Chance } from './chance.ts'

/** The root of every disk here: no bytes are moved. */
export const SEALED: string = 'ab'.repeat(32)

/** What somebody does about a machine without the other side. */
export interface Ending {
  readonly by: 'owner' | 'holder'
  readonly body: Body
}

/** One of the ways in which a machine's stay ends or goes on; whether it is allowed is for the ledger to say. */
export function endingOf(chance: Chance, { uuid, version }: MachineRecord): Ending {
  const of = { machine: uuid, version }
  return chance.pick<Ending>([
    { by: 'owner', body: { type: 'release', ...of } },
    { by: 'owner', body: { type: 'release-contract', ...of } },
    { by: 'owner', body: { type: 'declare-lost', ...of, heir: null } },
    { by: 'owner', body: { type: 'raise-limit', ...of, spendLimit: parseDollars('0.9') } },
    { by: 'holder', body: { type: 'fell', ...of, root: SEALED } },
    { by: 'holder', body: { type: 'seal', ...of, root: SEALED } },
    { by: 'holder', body: { type: 'suspend-unpaid', ...of, root: SEALED } },
    { by: 'holder', body: { type: 'give-notice', ...of } },
    { by: 'holder', body: { type: 'evict', ...of } }
  ])
}
