import { hear, isAliveDue } from '../billing/index.ts'
import type { Body, Rejection, Transaction } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'
import { reject } from './rejection.ts'

type Alive = Extract<Body, { type: 'alive' }>

/**
 * An alive record is free and uses no nonce, so it is admitted only if its rule will pass: at most one of a host
 * in a period passes, and none twice, because heights have to grow.
 */
export function checkAlive(
  state: StateReader,
  transaction: Transaction,
  body: Alive,
  height: number
): Rejection | null {
  const host = state.host(transaction.signer.id)
  if (host === undefined) throw new Error(`host ${transaction.signer.id} is known and is not`)
  if (transaction.nonce !== 0) {
    return reject('INVALID_NONCE', `an alive record has nonce 0, not ${transaction.nonce}`)
  }
  if (body.height <= host.liveness.aliveHeight || body.height > height) {
    return reject(
      'INVALID_ALIVE',
      `an alive record of height ${body.height} is not after ${host.liveness.aliveHeight} and up to ${height}`
    )
  }
  if (!isAliveDue(state, host)) {
    const { alivePeriodMs } = state.genesis.parameters
    return reject(
      'INVALID_ALIVE',
      `${host.name} was heard in this period of ${alivePeriodMs} ms already: wait for the next`
    )
  }
  return null
}

/** The host is there. Admission has seen that it may say so now. */
export function alive(draft: Draft, uuid: string, body: Alive): null {
  const host = draft.host(uuid)
  if (host === undefined) throw new Error(`host ${uuid} was admitted and is unknown`)
  hear(draft, host, body.height)
  return null
}
