/** The strict reader of VMMP 1.0: one message, exactly as SPEC.md writes it, or one typed refusal. */
import type { Uuid } from '../../ledger/index.ts'
import {
  METHODS_MAX,
  type NodeAddress,
  type Outcome,
  VMMP_BYTES_MAX,
  type VmmpMessage
} from './message.ts'

/** Why a frame is not a message. Closed. */
export const VMMP_REFUSAL_CODES = [
  'TOO_LONG',
  'NOT_UTF8',
  'NOT_VMMP',
  'VERSION_UNSUPPORTED',
  'UNKNOWN_VERB',
  'WRONG_FIELD_COUNT',
  'BAD_UUID',
  'BAD_VERSION',
  'BAD_COUNT',
  'BAD_METHOD',
  'BAD_PEER',
  'BAD_ADDRESS',
  'BAD_OUTCOME',
  'TRAILING_BYTES'
] as const

export type VmmpRefusalCode = (typeof VMMP_REFUSAL_CODES)[number]

export interface VmmpRefusal {
  readonly code: VmmpRefusalCode
  /** A sentence with what was found. */
  readonly message: string
}

export type Parsed =
  | { readonly ok: true; readonly message: VmmpMessage }
  | { readonly ok: false; readonly refusal: VmmpRefusal }

export function parseVmmp(body: Uint8Array): Parsed {
  try {
    return { ok: true, message: read(body) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal }
    throw error
  }
}

const OPENING = '<VMMP '
const PROTOCOL_VERSION = '1.0'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NUMBER = /^(0|[1-9][0-9]{0,15})$/
const METHOD = /^[A-Z][A-Z0-9-]{0,15}$/
/** base58btc; an Ed25519 PeerId has 52 letters, an RSA one 46. */
const PEER = /^[1-9A-HJ-NP-Za-km-z]{46,64}$/
/** A text multiaddr: path segments of visible ASCII without the brackets that end a message. */
const ADDRESS = /^(\/[!-.0-;=?-~]+)+$/
const ADDRESS_LENGTH_MAX = 512

class Refused extends Error {
  readonly refusal: VmmpRefusal
  constructor(code: VmmpRefusalCode, message: string) {
    super(message)
    this.refusal = { code, message }
  }
}

function read(body: Uint8Array): VmmpMessage {
  if (body.byteLength > VMMP_BYTES_MAX) {
    throw new Refused('TOO_LONG', `${body.byteLength} bytes, at most ${VMMP_BYTES_MAX}`)
  }
  const [version = '', verb = '', ...fields] = inside(utf8(body)).split(' ')
  if (version !== PROTOCOL_VERSION) {
    throw new Refused('VERSION_UNSUPPORTED', `VMMP ${quoted(version)}, only 1.0 is spoken here`)
  }
  switch (verb) {
    case 'QUERY':
      return query(fields)
    case 'RESULTS':
      return results(fields)
    case 'REQ':
      return req(fields)
    case 'HEARTBEAT':
      count(verb, fields, 1)
      return { verb, machine: uuid(fields[0]) }
    case 'RESP':
      count(verb, fields, 3)
      return {
        verb,
        machine: uuid(fields[0]),
        version: whole('BAD_VERSION', fields[1]),
        outcome: outcome(fields[2])
      }
    default:
      throw new Refused('UNKNOWN_VERB', `${quoted(verb)} is none of the five messages`)
  }
}

function query(fields: readonly string[]): VmmpMessage {
  count('QUERY', fields, 2)
  if (fields[1] !== 'METHODS') {
    throw new Refused('BAD_METHOD', `QUERY asks for METHODS, not for ${quoted(fields[1])}`)
  }
  return { verb: 'QUERY', machine: uuid(fields[0]) }
}

function results(fields: readonly string[]): VmmpMessage {
  if (fields.length < 2) count('RESULTS', fields, 2)
  const methods = fields.slice(2)
  const announced = whole('BAD_COUNT', fields[1])
  if (announced !== methods.length || announced > METHODS_MAX) {
    const found = `${announced} methods announced, ${methods.length} found, at most ${METHODS_MAX}`
    throw new Refused('BAD_COUNT', found)
  }
  return { verb: 'RESULTS', machine: uuid(fields[0]), methods: methods.map(method) }
}

function req(fields: readonly string[]): VmmpMessage {
  count('REQ', fields, 7)
  return {
    verb: 'REQ',
    machine: uuid(fields[0]),
    version: whole('BAD_VERSION', fields[1]),
    origin: node(fields[2], fields[3]),
    requester: node(fields[4], fields[5]),
    method: method(fields[6])
  }
}

function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new Refused('NOT_UTF8', 'the message is not UTF-8 text')
  }
}

/** What stands between `<VMMP ` and the closing bracket, which must be the last character. */
function inside(text: string): string {
  if (!text.startsWith(OPENING)) {
    throw new Refused('NOT_VMMP', `a message begins with ${quoted(OPENING)}, not ${quoted(text)}`)
  }
  const end = text.indexOf('>')
  if (end === -1) throw new Refused('NOT_VMMP', 'the closing bracket is missing')
  if (end !== text.length - 1) {
    throw new Refused('TRAILING_BYTES', `${text.length - 1 - end} characters after the message`)
  }
  return text.slice(OPENING.length, end)
}

function count(verb: string, fields: readonly string[], expected: number): void {
  if (fields.length === expected) return
  const message = `${verb} has ${expected} fields, found ${fields.length}`
  throw new Refused('WRONG_FIELD_COUNT', message)
}

function uuid(field: string | undefined): Uuid {
  return matching('BAD_UUID', UUID, field, 'a lower-case UUID')
}

function method(field: string | undefined): string {
  return matching('BAD_METHOD', METHOD, field, 'a method name')
}

function node(peer: string | undefined, address: string | undefined): NodeAddress {
  const text = matching('BAD_ADDRESS', ADDRESS, address, 'a multiaddr')
  if (text.length > ADDRESS_LENGTH_MAX) {
    const message = `an address of ${text.length} characters, at most ${ADDRESS_LENGTH_MAX}`
    throw new Refused('BAD_ADDRESS', message)
  }
  return { peer: matching('BAD_PEER', PEER, peer, 'a PeerId'), address: text }
}

function whole(code: VmmpRefusalCode, field: string | undefined): number {
  const value = Number(matching(code, NUMBER, field, 'a whole number'))
  if (Number.isSafeInteger(value)) return value
  throw new Refused(code, `${field} is beyond ${Number.MAX_SAFE_INTEGER}`)
}

function outcome(field: string | undefined): Outcome {
  if (field === 'SUCCESS' || field === 'FAIL') return field
  throw new Refused('BAD_OUTCOME', `${quoted(field)} is neither SUCCESS nor FAIL`)
}

function matching(
  code: VmmpRefusalCode,
  pattern: RegExp,
  field: string | undefined,
  what: string
): string {
  if (field !== undefined && pattern.test(field)) return field
  throw new Refused(code, `${quoted(field)} is not ${what}`)
}

/** Shortened and escaped: it is a stranger's text and ends up on a terminal. */
function quoted(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 40))
}
