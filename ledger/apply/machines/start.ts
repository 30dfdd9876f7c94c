import { contractIn, saveMachine, startClock } from '../../billing/index.ts'
import { afterTransition, transition } from '../../lifecycle/index.ts'
import { formatDollars } from '../../money/index.ts'
import type { MachineRecord, Picodollars, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { reject } from '../rejection.ts'
import { tooLittle } from '../terms.ts'

/** The clock goes, under the limit the owner signed; the root and the version stay. */
export function startMachine(
  draft: Draft,
  machine: MachineRecord,
  action: 'start' | 'resume',
  spendLimit: Picodollars
): Rejection | null {
  const entry = transition(machine.state, action)
  if (entry === undefined) throw new Error(`${action} was found legal in ${machine.state}`)
  const price = contractIn(machine).runningPrice
  const billing = startClock(draft, machine, spendLimit)
  if (billing === 'unpaid')
    return tooLittle(draft, machine.owner, price, 'the first running period')
  if (billing === 'limit') {
    return reject(
      'SPEND_LIMIT_TOO_LOW',
      `the first running period costs ${formatDollars(price)} dollars, the limit is ${formatDollars(spendLimit)}`
    )
  }
  saveMachine(draft, { ...machine, ...afterTransition(machine, entry, null), billing })
  return null
}
