import type { ErrorClass, IdentityCode } from '../../../node/index.ts'

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
