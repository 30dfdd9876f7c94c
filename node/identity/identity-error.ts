export const IDENTITY_CODES = [
  'WRONG_PASSWORD',
  'PASSWORD_TOO_SHORT',
  'PASSWORD_TOO_LONG',
  'PASSWORD_MISSING',
  'PASSWORD_FILE_EXPOSED',
  'PASSWORD_FILE_UNREADABLE',
  'IDENTITY_MISSING',
  'IDENTITY_EXISTS',
  'IDENTITY_DAMAGED'
] as const

export type IdentityCode = (typeof IDENTITY_CODES)[number]

export class IdentityError extends Error {
  override readonly name: string = 'IdentityError'
  readonly code: IdentityCode
  constructor(code: IdentityCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
