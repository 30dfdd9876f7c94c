import { AmountError, EncodingError } from '../../ledger/index.ts'
import { ConsoleRefused } from '../../protocols/console/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import { ApiError } from '../api/index.ts'
import { LedgerAccessError } from '../ledger-access/index.ts'
import { OrderRefused } from '../owner/index.ts'
import { BlocksNotHeld } from '../replica/index.ts'
import { refuse, refuseByCode } from '../service/index.ts'
import { VmmError } from '../vmm/index.ts'

/** Turns the node's own error classes into refusals for people; undefined for what nobody foresaw. */
export function explain(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof OrderRefused) return refuseByCode(error.code, error.message)
  if (error instanceof ConsoleRefused) {
    return refuseByCode(error.refusal.code, `the host refuses the console: ${error.message}`)
  }
  if (error instanceof LedgerAccessError) return refuseByCode(error.code, error.message)
  if (error instanceof BlocksNotHeld) {
    return refuse(error.code, 'not-found', error.message, WHERE_BLOCKS_ARE)
  }
  if (error instanceof VmmError) return refuseByCode(error.code, error.message)
  if (error instanceof AmountError || error instanceof EncodingError) {
    return refuse(error.code, 'usage', error.message)
  }
  if (error instanceof FrameError) {
    return refuse('PEER_FAILED', 'unreachable', `the peer broke off: ${error.message}`, 'try again')
  }
  if (isDialFailure(error)) {
    return refuse(
      'PEER_UNREACHABLE',
      'unreachable',
      `the peer cannot be reached: ${error.message}`,
      'see `virtuoso node peers`'
    )
  }
  return undefined
}

const WHERE_BLOCKS_ARE =
  'ask a node that holds them, as `virtuoso audit --peer PEERID` and `ledger export --peer PEERID` do (observers hold all); or set "sync": "replay" in a new node.json'

/** Names of libp2p's errors for a peer that is away; it compares by name, and so do we. */
const DIAL_FAILURES: ReadonlySet<string> = new Set([
  'DialError',
  'NoValidAddressesError',
  'NotFoundError',
  'ConnectionFailedError',
  'TimeoutError',
  'AbortError',
  'StreamResetError',
  'StreamAbortedError',
  'UnsupportedProtocolError'
])

function isDialFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return DIAL_FAILURES.has(error.name) || ('code' in error && error.code === 'ECONNREFUSED')
}
