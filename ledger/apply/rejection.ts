import type { Rejection, RejectionCode } from '../records/index.ts'

export function reject(code: RejectionCode, message: string): Rejection {
  return { code, message }
}

/** Of a rule that gives either what was asked for or the reason why not. */
export function isRejection(outcome: object): outcome is Rejection {
  return 'code' in outcome && 'message' in outcome
}
