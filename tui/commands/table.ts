import type { Command } from '../cli/index.ts'
import { ACCOUNT_COMMANDS } from './account/index.ts'
import { ELECTION_COMMANDS } from './election/index.ts'
import { HOST_COMMANDS } from './host/index.ts'
import { IDENTITY_COMMANDS } from './identity/index.ts'
import { LEDGER_COMMANDS } from './ledger/index.ts'
import { MACHINE_COMMANDS } from './machine/index.ts'
import { MARKET_COMMANDS } from './market/index.ts'
import { NODE_COMMANDS } from './node/index.ts'
import { OPERATION_COMMANDS } from './operation/index.ts'
import { PROGRAM_COMMANDS } from './program/index.ts'

/** Every command there is, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  ...NODE_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...ACCOUNT_COMMANDS,
  ...MARKET_COMMANDS,
  ...HOST_COMMANDS,
  ...MACHINE_COMMANDS,
  ...OPERATION_COMMANDS,
  ...LEDGER_COMMANDS,
  ...ELECTION_COMMANDS,
  ...PROGRAM_COMMANDS
]
