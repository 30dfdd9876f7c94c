import { type LifecycleAction, statesAllowing, transition } from '../lifecycle/index.ts'
import type { MachineRecord, Rejection, RejectionCode } from '../records/index.ts'

export function reject(code: RejectionCode, message: string): Rejection {
  return { code, message }
}

/** Of a rule that gives either what was asked for or the reason why not. */
export function isRejection(outcome: object): outcome is Rejection {
  return 'code' in outcome && 'message' in outcome
}

export function unknownMachine(uuid: string): Rejection {
  return reject('MACHINE_UNKNOWN', `no machine has the UUID ${uuid}`)
}

/** The compare of compare-and-swap: is the action legal now, and is this the version that was meant? */
export function checkSwap(
  machine: MachineRecord,
  action: LifecycleAction,
  version: number
): Rejection | null {
  if (transition(machine.state, action) === undefined) {
    return reject(
      'ILLEGAL_STATE',
      `${action} needs a machine that is ${statesAllowing(action).join(' or ')}: ${machine.uuid} is ${machine.state}`
    )
  }
  if (version !== machine.version) {
    return reject(
      'STALE_VERSION',
      `version ${version} was meant, but ${machine.uuid} is at version ${machine.version}: read it again`
    )
  }
  return null
}
