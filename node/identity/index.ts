export {
  type CreateIdentityOptions,
  createIdentity,
  type Identity,
  loadIdentity,
  type PublicIdentity,
  readPublicIdentity
} from './identity.ts'
export { IDENTITY_CODES, type IdentityCode, IdentityError } from './identity-error.ts'
export {
  checkPassword,
  type PasswordSources,
  readPassword
} from './password.ts'
export { type ScryptCost } from './stretch.ts'
