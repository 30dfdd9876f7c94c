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
  PASSWORD_CHARACTERS_MAX,
  PASSWORD_CHARACTERS_MIN,
  type PasswordSources,
  readPassword
} from './password.ts'
export { SCRYPT_COST, type ScryptCost } from './stretch.ts'
