import type { Body, Rejection, SignedTransaction, Transaction } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { checkOpening } from './accounts.ts'
import { checkAlive } from './alive.ts'
import { checkFee } from './fees.ts'
import { reject } from './rejection.ts'
import { SENDERS, signerIn } from './signers.ts'

/**
 * Whether a transaction may stand in a block at all: its signer exists, may send it and can pay for it, its nonce
 * is the next one, it has not expired. What fails here cannot be charged to anybody (`isInvalid`). The
 * signature and the network are the caller's to check. `height` is that of the block it would stand in.
 */
export function checkAdmission(
  state: StateReader,
  signed: SignedTransaction,
  height: number = state.height
): Rejection | null {
  const { transaction } = signed
  return (
    checkSigner(state, transaction) ??
    checkExpiry(state, transaction, height) ??
    checkFee(state, transaction) ??
    checkTurn(state, transaction, height)
  )
}

/** Whether it is this transaction's turn: by its nonce, or by what stands for one. */
function checkTurn(state: StateReader, transaction: Transaction, height: number): Rejection | null {
  const { body, signer } = transaction
  if (body.type === 'heartbeat') return checkHeartbeat(state, transaction, body, height)
  if (body.type === 'alive') return checkAlive(state, transaction, body, height)
  const used = checkNonce(state, transaction)
  if (used !== null || body.type !== 'open-account') return used
  return checkOpening(state, signer.id, body)
}

function checkSigner(state: StateReader, transaction: Transaction): Rejection | null {
  const { signer, body } = transaction
  const sender = SENDERS[body.type]
  if (sender !== 'either' && sender !== signer.kind) {
    return reject(
      'INVALID_SIGNER',
      `${body.type} is signed by ${article(sender)}, not ${article(signer.kind)}`
    )
  }
  if (body.type !== 'open-account' && signerIn(state, signer) === undefined) {
    return reject('INVALID_SIGNER', `no ${signer.kind} has the id ${signer.id}`)
  }
  return null
}

function article(kind: 'account' | 'host'): string {
  return kind === 'account' ? 'an account' : 'a host'
}

function checkExpiry(
  state: StateReader,
  transaction: Transaction,
  height: number
): Rejection | null {
  const { expiryHeight } = transaction
  const last = height + state.genesis.parameters.expiryHeightsMax
  if (expiryHeight < height) {
    return reject(
      'INVALID_EXPIRED',
      `it could stand in a block up to height ${expiryHeight}, the next has ${height}: sign it again`
    )
  }
  if (expiryHeight > last) {
    return reject(
      'INVALID_EXPIRED',
      `it would live until height ${expiryHeight}: from height ${height}, ${last} is the most`
    )
  }
  return null
}

function checkNonce(state: StateReader, transaction: Transaction): Rejection | null {
  const next = (signerIn(state, transaction.signer)?.nonce ?? 0) + 1
  if (transaction.nonce === next) return null
  return reject('INVALID_NONCE', `nonce ${transaction.nonce} was used, the next one is ${next}`)
}

/**
 * A heartbeat uses no nonce, so a refused one would cost nothing and could be sent for ever: it is admitted
 * only if its rule will pass. At most one a block and move passes, because heights have to grow.
 */
function checkHeartbeat(
  state: StateReader,
  transaction: Transaction,
  body: Extract<Body, { type: 'heartbeat' }>,
  height: number
): Rejection | null {
  const migration = state.migration(body.machine)
  if (transaction.nonce !== 0) {
    return reject('INVALID_NONCE', `a heartbeat has nonce 0, not ${transaction.nonce}`)
  }
  if (migration === undefined || migration.id !== body.migration) {
    return reject('INVALID_HEARTBEAT', `machine ${body.machine} has no open move ${body.migration}`)
  }
  if (migration.destination !== transaction.signer.id) {
    return reject(
      'INVALID_HEARTBEAT',
      `host ${transaction.signer.id} is not the move's destination`
    )
  }
  if (body.height <= migration.heartbeatHeight || body.height > height) {
    return reject(
      'INVALID_HEARTBEAT',
      `a heartbeat of height ${body.height} is not after ${migration.heartbeatHeight} and up to ${height}`
    )
  }
  return null
}
