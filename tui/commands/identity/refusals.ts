import type { ErrorClass, IdentityCode } from '../../../node/index.ts'
import { Failure } from '../../cli/index.ts'

/** What each refusal of the identity is to a script. */
export const IDENTITY_CLASSES: Readonly<Record<IdentityCode, ErrorClass>> = {
  WRONG_PASSWORD: 'denied',
  PASSWORD_TOO_SHORT: 'usage',
  PASSWORD_TOO_LONG: 'usage',
  PASSWORD_MISSING: 'usage',
  PASSWORD_FILE_EXPOSED: 'denied',
  PASSWORD_FILE_UNREADABLE: 'not-found',
  IDENTITY_MISSING: 'not-found',
  IDENTITY_EXISTS: 'failed',
  IDENTITY_DAMAGED: 'failed'
}

/** An error of the identity with its class; any other error as it is. */
export function asIdentityFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const { code, message } = error
  if (typeof code !== 'string' || !Object.hasOwn(IDENTITY_CLASSES, code)) return error
  const kind = IDENTITY_CLASSES[code as IdentityCode]
  return new Failure({ code, class: kind, message, hint: null }, { cause: error })
}
