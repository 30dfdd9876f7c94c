/** The five messages of VMMP 1.0 (2004 text, 7.2.1) and their text form; SPEC.md has the grammar. */
import type { Uuid } from '../../ledger/index.ts'

/** Largest message in bytes of UTF-8: room for 64 methods and two long addresses, and nothing to attack with. */
export const VMMP_BYTES_MAX: number = 4096

/** Most methods in one RESULTS: far more than exist, and 64 x 16 letters stay well below the largest message. */
export const METHODS_MAX: number = 64

/** Where a node is: PeerId in base58 and a text multiaddr (2004: ORIG_IP and ORIG_PORT). */
export interface NodeAddress {
  readonly peer: string
  readonly address: string
}

export type Outcome = 'SUCCESS' | 'FAIL'

export interface Query {
  readonly verb: 'QUERY'
  readonly machine: Uuid
}

export interface Results {
  readonly verb: 'RESULTS'
  readonly machine: Uuid
  /** Upper case; empty when the host cannot or will not take the machine in. */
  readonly methods: readonly string[]
}

export interface Req {
  readonly verb: 'REQ'
  readonly machine: Uuid
  /** The version that is to leave the origin. */
  readonly version: number
  readonly origin: NodeAddress
  readonly requester: NodeAddress
  readonly method: string
}

export interface Heartbeat {
  readonly verb: 'HEARTBEAT'
  readonly machine: Uuid
}

export interface Resp {
  readonly verb: 'RESP'
  readonly machine: Uuid
  /** The version that now stands: one more after SUCCESS, the old one after FAIL. */
  readonly version: number
  readonly outcome: Outcome
}

export type VmmpMessage = Query | Results | Req | Heartbeat | Resp

/** One frame's body. Throws RangeError for a message that the other side would refuse. */
export function encodeVmmp(message: VmmpMessage): Uint8Array {
  const bytes = new TextEncoder().encode(`<VMMP 1.0 ${words(message).join(' ')}>`)
  if (bytes.byteLength > VMMP_BYTES_MAX) {
    throw new RangeError(
      `a ${message.verb} of ${bytes.byteLength} bytes, at most ${VMMP_BYTES_MAX}`
    )
  }
  return bytes
}

function words(message: VmmpMessage): readonly (string | number)[] {
  const { verb, machine } = message
  switch (verb) {
    case 'QUERY':
      return [verb, machine, 'METHODS']
    case 'RESULTS':
      return [verb, machine, message.methods.length, ...message.methods]
    case 'REQ': {
      const { version, origin, requester, method } = message
      const nodes = [origin.peer, origin.address, requester.peer, requester.address]
      return [verb, machine, version, ...nodes, method]
    }
    case 'HEARTBEAT':
      return [verb, machine]
    case 'RESP':
      return [verb, machine, message.version, message.outcome]
  }
}
