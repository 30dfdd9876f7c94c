/** The owner's signed word that a host shall keep nothing of a machine that it does not hold. */
import { fields, record, type Uuid } from '../../ledger/index.ts'
import { type RequestKind, requestKind, type SignedRequest } from './signed-request.ts'

export interface PurgeRequest {
  readonly machine: Uuid
  readonly host: Uuid
  /** The machine's present version: who repeats the word later removes nothing. */
  readonly version: number
}

export type SignedPurgeRequest = SignedRequest<PurgeRequest>

export const purgeRequest: RequestKind<PurgeRequest> = requestKind(
  'virtuoso/purge-request/1',
  record({ machine: fields.uuid, host: fields.uuid, version: fields.counter })
)
