export { IDENTITY_COMMANDS } from './commands.ts'
export { passwordOf } from './password.ts'
export { PASSWORD_FLAG } from './password-flag.ts'
export { IDENTITY_CLASSES } from './refusals.ts'
