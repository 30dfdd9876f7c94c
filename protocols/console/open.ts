/** The owner's signed permission for one console of one machine, and the holder's judgement of it. */
import {
  type AccountId,
  type Codec,
  choice,
  encodeAs,
  fields,
  type Hash,
  type PublicKey,
  record,
  type Signature,
  type Signer,
  type Uuid,
  type Verifier
} from '../../ledger/index.ts'
import { signStatement, verifyStatement } from '../framing/index.ts'

export type ConsoleKind = 'serial' | 'vnc'

export interface ConsoleOpen {
  readonly machine: Uuid
  readonly kind: ConsoleKind
  /** PeerId, in text, of the node that opens the stream: a stolen permission is of no use to another. */
  readonly peer: string
  readonly expiresAtMs: number
  /** 16 random bytes in hex: a permission opens one console once. */
  readonly nonce: string
}

export interface SignedConsoleOpen {
  readonly open: ConsoleOpen
  readonly owner: AccountId
  readonly signature: Signature
}

const DOMAIN = 'virtuoso/console-open/1'

/** Longest life of a permission: it is made at the moment it is used, so a minute covers clocks and dialling. */
export const CONSOLE_OPEN_TTL_MAX_MS: number = 60_000
/** Consoles open at once on one host (2004: 20). */
export const CONSOLES_MAX: number = 20

const consoleOpenCodec: Codec<ConsoleOpen> = record({
  machine: fields.uuid,
  kind: choice(['serial', 'vnc']),
  peer: fields.text(64, 1),
  expiresAtMs: fields.counter,
  nonce: fields.hex(16)
})

export const signedConsoleOpenCodec: Codec<SignedConsoleOpen> = record({
  open: consoleOpenCodec,
  owner: fields.accountId,
  signature: fields.signature
})

export function signConsoleOpen(
  network: Hash,
  open: ConsoleOpen,
  owner: AccountId,
  ownerKey: Signer
): SignedConsoleOpen {
  const bytes = encodeAs(consoleOpenCodec, open)
  return { open, owner, signature: signStatement(DOMAIN, network, bytes, ownerKey) }
}

/** Why a holder does not open a console, or closes it. Closed. */
export const CONSOLE_REFUSAL_CODES = [
  'MALFORMED',
  'EXPIRED',
  /** It would live longer than a minute. */
  'LIVES_TOO_LONG',
  /** The permission was made for another peer. */
  'WRONG_PEER',
  'NONCE_USED',
  'MACHINE_UNKNOWN',
  'NOT_OWNER',
  'FORGED',
  /** The machine is not here, or not running. */
  'NOT_RUNNING',
  /** The machine has no such console. */
  'KIND_UNAVAILABLE',
  'TOO_MANY_CONSOLES',
  /** A newer console of the same kind took its place. */
  'REPLACED',
  /** The machine ended. */
  'ENDED',
  'INTERNAL'
] as const

export type ConsoleRefusalCode = (typeof CONSOLE_REFUSAL_CODES)[number]

export interface ConsoleRefusal {
  readonly code: ConsoleRefusalCode
  readonly message: string
}

export interface ConsoleContext extends Verifier {
  readonly nowMs: number
  /** Who is at the other end of the stream, as noise has proved. */
  readonly peer: string
  /** Owner of the machine and its key, from the ledger. */
  readonly owner: (machine: Uuid) => { readonly id: AccountId; readonly key: PublicKey } | undefined
  readonly nonceUsed: (nonce: string) => boolean
}

/** null: the owner wants this console opened for this peer now. Cheap questions first, the signature last. */
export function judgeConsoleOpen(
  signed: SignedConsoleOpen,
  context: ConsoleContext
): ConsoleRefusal | null {
  const { open } = signed
  const { nowMs } = context
  const leftMs = open.expiresAtMs - nowMs
  if (leftMs <= 0) return no('EXPIRED', `the permission expired ${-leftMs / 1000} s ago`)
  if (leftMs > CONSOLE_OPEN_TTL_MAX_MS) {
    return no('LIVES_TOO_LONG', `it lives ${leftMs} ms more, at most ${CONSOLE_OPEN_TTL_MAX_MS}`)
  }
  if (open.peer !== context.peer) {
    return no('WRONG_PEER', `the permission is for ${open.peer}, you are ${context.peer}`)
  }
  if (context.nonceUsed(open.nonce)) return no('NONCE_USED', 'this permission was used before')
  const owner = context.owner(open.machine)
  if (owner === undefined) return no('MACHINE_UNKNOWN', `no machine ${open.machine} on the ledger`)
  if (owner.id !== signed.owner) {
    return no('NOT_OWNER', `machine ${open.machine} belongs to ${owner.id}, not to ${signed.owner}`)
  }
  const bytes = encodeAs(consoleOpenCodec, open)
  if (verifyStatement(context, DOMAIN, bytes, owner.key, signed.signature)) return null
  return no('FORGED', 'the signature is not by the key of the owner of the machine')
}

function no(code: ConsoleRefusalCode, message: string): ConsoleRefusal {
  return { code, message }
}
