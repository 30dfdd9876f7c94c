import { contractIn, raiseLimit, saveMachine, stopClock } from '../../billing/index.ts'
import { afterTransition, transition } from '../../lifecycle/index.ts'
import { formatDollars } from '../../money/index.ts'
import type { AccountRecord, Body, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { ownersMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import { tooLittle } from '../terms.ts'

/**
 * The owner's machine is stopped without a word of the holder. What is sealed stays what it was, at the lower
 * version it was sealed at, until the holder says what the disk is now.
 */
export function release(
  draft: Draft,
  owner: AccountRecord,
  body: Extract<Body, { type: 'release' }>
): Rejection | null {
  const machine = ownersMachine(draft, owner, 'release', body)
  if (isRejection(machine)) return machine
  const entry = transition(machine.state, 'release')
  if (entry === undefined) throw new Error(`a release was found legal in ${machine.state}`)
  saveMachine(draft, {
    ...machine,
    ...afterTransition(machine, entry, null),
    billing: stopClock(draft, machine)
  })
  return null
}

/** A machine may spend more; if it was halted, its next period begins now. */
export function raiseSpendLimit(
  draft: Draft,
  owner: AccountRecord,
  body: Extract<Body, { type: 'raise-limit' }>
): Rejection | null {
  const machine = ownersMachine(draft, owner, 'raise-limit', body)
  if (isRejection(machine)) return machine
  const { spendLimit, spent } = machine.billing
  if (spendLimit !== null && body.spendLimit <= spendLimit) {
    return reject(
      'SPEND_LIMIT_TOO_LOW',
      `the limit is ${formatDollars(spendLimit)} dollars already: a higher one raises it`
    )
  }
  const price = contractIn(machine).runningPrice
  const billing = raiseLimit(draft, machine, body.spendLimit)
  if (billing === 'unpaid') return tooLittle(draft, owner.id, price, 'the next running period')
  if (billing === 'limit') {
    return reject(
      'SPEND_LIMIT_TOO_LOW',
      `${formatDollars(spent)} dollars are spent and the next running period costs ${formatDollars(price)}`
    )
  }
  saveMachine(draft, { ...machine, billing })
  return null
}
