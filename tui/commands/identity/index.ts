export { IDENTITY_COMMANDS } from './commands.ts'
export { PASSWORD_FLAG } from './password-flag.ts'
