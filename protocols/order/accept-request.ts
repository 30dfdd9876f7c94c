/** The owner's signed wish that a host take in its machine; without it anybody could have a host reserve room. */
import {
  choice,
  fields,
  record,
  type SignedOffer,
  signedOfferCodec,
  type Uuid
} from '../../ledger/index.ts'
import { type RequestKind, requestKind, type SignedRequest } from './signed-request.ts'

const ACCEPTED_AS = ['destination', 'heir'] as const

export interface AcceptRequest {
  readonly machine: Uuid
  /** The version that is to arrive. */
  readonly version: number
  /** Of a move; or the heir of a machine whose holder is given up, which has a copy of what was sealed last. */
  readonly as: (typeof ACCEPTED_AS)[number]
  /** The destination's own signed offer. */
  readonly offer: SignedOffer
  /** Last height at which the acceptance may be used in an OPEN. */
  readonly expiryHeight: number
}

export type SignedAcceptRequest = SignedRequest<AcceptRequest>

export const acceptRequest: RequestKind<AcceptRequest> = requestKind(
  'virtuoso/accept-request/1',
  record({
    machine: fields.uuid,
    version: fields.counter,
    as: choice(ACCEPTED_AS),
    offer: signedOfferCodec,
    expiryHeight: fields.counter
  })
)
