import type { ErrorClass } from '../api/index.ts'
import { ApiError } from '../api/index.ts'

/** A refusal for a person: what is wrong, with the numbers, and what to do. */
export function refuse(
  code: string,
  errorClass: ErrorClass,
  message: string,
  hint: string | null = null
): ApiError {
  return new ApiError({ code, class: errorClass, message, hint })
}

/** Ledger and host codes that mean "you may not" or "you cannot pay", as the exit codes tell them apart. */
const DENIED: ReadonlySet<string> = new Set([
  'NOT_OWNER',
  'NOT_HOLDER',
  'NOT_PARTY',
  'WRONG_ACCOUNT_KIND',
  'INSUFFICIENT_FUNDS',
  'INVALID_FUNDS',
  'STORAGE_OWED',
  'SPEND_LIMIT_TOO_LOW',
  'INVALID_SIGNATURE',
  'ORDER_FORGED',
  'NOT_ISSUER',
  'BALLOT_ISSUER',
  'BOND_MISSING',
  'CANDIDATE_BARRED',
  'CHECKPOINT_FORKED'
])
const NOT_FOUND: ReadonlySet<string> = new Set([
  'MACHINE_UNKNOWN',
  'HOST_UNKNOWN',
  'MIGRATION_UNKNOWN',
  'IMAGE_UNKNOWN'
])

const UNREACHABLE: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'LEDGER_UNREACHABLE',
  'LEDGER_STALE',
  'LEDGER_BEHIND',
  'LEDGER_UNPROVEN'
])

const HINTS: Readonly<Record<string, string>> = {
  BALLOT_STRANGER: '`virtuoso election show` lists who stands',
  CANDIDATE_UNKNOWN: '`virtuoso election show` lists who stands',
  BOND_MISSING: 'see `virtuoso account show` and `virtuoso election show`',
  NO_ELECTIONS: 'a network votes when its genesis says how',
  NAME_TAKEN: 'choose another user name',
  INSUFFICIENT_FUNDS: 'see `virtuoso account show`, or choose a cheaper host',
  SPEND_LIMIT_TOO_LOW: 'give a higher --spend-limit: it must cover the first running period',
  STORAGE_OWED: 'what is owed is charged every hour, as soon as the account can pay',
  NOT_SEALED:
    'its host seals it within a minute if it is there; if it is gone, declare the machine lost',
  NOT_AWAITED: '`virtuoso machine migrationstatus` says when your word is waited for',
  GRACE_LEFT: 'try again when the time has come',
  HOST_HEARD: 'the host is there: release the machine, or stop it',
  NO_CAPACITY: 'another machine took the room first; search again and choose another host',
  STALE_VERSION: 'look at the machine again and repeat the command',
  ILLEGAL_STATE: '`virtuoso machine show` lists what is possible now',
  OFFER_EXPIRED: 'search again: the offer has run out',
  WRONG_ACCOUNT_KIND: 'use a node whose account is of the other kind',
  ORDER_USED: 'look at the machine again and repeat the command',
  ORDER_EXPIRED: 'repeat the command',
  INVALID_EXPIRED: 'repeat the command',
  INVALID_NONCE: 'repeat the command',
  UNREACHABLE:
    'see `virtuoso node peers`; a node that has just started finds its peers in some seconds',
  LEDGER_UNREACHABLE:
    'see `virtuoso node peers`; a node that has just started finds its peers in some seconds',
  LEDGER_STALE: 'set the clock (timedatectl), or wait until the coordinators agree again',
  LEDGER_BEHIND: 'try again in some seconds',
  LEDGER_UNPROVEN:
    'add other nodes to "bootstrap" in node.json: those that are reached do not tell the truth',
  LEDGER_TOO_LARGE:
    'ask for less, by its full name or UUID, or set "ledger" to "full" in node.json',
  CHECKPOINT_OLD: '`virtuoso ledger checkpoint` makes a newer one',
  CHECKPOINT_FAR: '`virtuoso ledger checkpoint --height` makes one in between',
  CHECKPOINT_FORKED:
    'keep both files and show them to everybody: the coordinators signed two ledgers',
  VMM_MISSING:
    '`virtuoso doctor` checks this host; another program is named in node.json, vmm.binary'
}

/** The refusal of the ledger, or of a host, as the API tells it. */
export function refuseByCode(code: string, message: string): ApiError {
  return refuse(code, classOf(code), message, HINTS[code] ?? null)
}

function classOf(code: string): ErrorClass {
  if (DENIED.has(code)) return 'denied'
  if (NOT_FOUND.has(code)) return 'not-found'
  return UNREACHABLE.has(code) ? 'unreachable' : 'failed'
}
