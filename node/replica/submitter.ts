import {
  type Body,
  type Crypto,
  feeBoundOf,
  type Genesis,
  type Hash,
  hashTransaction,
  type SignedTransaction,
  type Signer,
  type SignerRef,
  type StateReader,
  signTransaction,
  usesNonce
} from '../../ledger/index.ts'
import type { Fate, LedgerAccess } from '../ledger-access/index.ts'
import { within } from '../network/index.ts'
import type { Courier, CourierRefusal } from './courier.ts'
import { REJECTION_WORDS } from './rejection-words.ts'

/** What became of a transaction: it is on the ledger and applied, or somebody said no. */
export type Submitted =
  | { readonly ok: true; readonly hash: Hash; readonly height: number }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      /** The ledger said so, or it can say nothing else any more. Without it the transaction may yet be included. */
      readonly decided: boolean
    }

/**
 * Signs and sends for one account or host, one transaction at a time: nonces must follow each other without a
 * gap, and a second transaction may not overtake one that fails.
 */
export interface Submitter {
  readonly signer: SignerRef
  submit(body: Body, signal?: AbortSignal): Promise<Submitted>
}

export interface SubmitterOptions {
  readonly signer: SignerRef
  readonly key: Signer
  readonly ledger: LedgerAccess
  readonly courier: Courier
  readonly crypto: Crypto
}

/** How many blocks a transaction lives. At one block in 5 s when idle it is some minutes, at load less. */
const LIFE_HEIGHTS = 60

/** Twice the time that a busy network takes for a block whose leader has failed. */
const SEND_AGAIN_MS = 5_000

export function createSubmitter(options: SubmitterOptions): Submitter {
  let last: Promise<unknown> = Promise.resolve()
  return {
    signer: options.signer,
    submit(body, signal) {
      // What uses no nonce need not wait behind what does.
      if (!usesNonce(body.type)) return submitOne(options, body, signal)
      const turn = last.then(() => submitOne(options, body, signal))
      last = turn.catch(() => undefined)
      return turn
    }
  }
}

/** Longest wait for blocks that others have seen and this node has not. */
const CATCH_UP_MS = 20_000

/** A node that has just joined signs for a height long past: it catches up first, and signs again. */
async function submitOne(
  options: SubmitterOptions,
  body: Body,
  signal: AbortSignal | undefined
): Promise<Submitted> {
  const { ledger } = options
  const { height } = ledger.head()
  const outcome = await submitOnce(options, body, signal)
  if (outcome.ok || outcome.decided || outcome.code !== 'INVALID_EXPIRED') return outcome
  const lifeHeights = lifeOf(ledger.genesis)
  const caughtUp = await within(CATCH_UP_MS, signal, limit =>
    ledger.until(state => state.height > height + lifeHeights, limit)
  )
    .then(() => true)
    .catch(() => false)
  return caughtUp ? submitOne(options, body, signal) : outcome
}

async function submitOnce(
  options: SubmitterOptions,
  body: Body,
  signal: AbortSignal | undefined
): Promise<Submitted> {
  const { ledger, courier, crypto } = options
  const signed = await sign(options, body, signal)
  const hash = hashTransaction(signed, crypto)
  const inclusion = ledger.inclusionOf(signed)
  const ended = new AbortController()
  const deliver = async (): Promise<CourierRefusal | null> =>
    (await courier.deliver([signed], signal))[0] ?? null
  try {
    const answer = await unlessAborted(deliver(), signal)
    if (answer === 'aborted') return toldAs(answer, hash, signed, null)
    if (answer !== null && !mayBeIncluded(answer)) return refused(answer, false)
    const fates = [inclusion.promise, usedUp(answer, options, signed, ended.signal)]
    const fate = await sendingAgain(deliver, unlessAborted(Promise.race(fates), signal))
    return toldAs(fate, hash, signed, answer)
  } finally {
    inclusion.cancel()
    ended.abort()
  }
}

async function sign(
  { ledger, signer, key }: SubmitterOptions,
  body: Body,
  signal: AbortSignal | undefined
): Promise<SignedTransaction> {
  const { genesis, context } = ledger
  const seen = await ledger.read(
    state => ({ height: state.height, nonce: nonceOf(state, signer) }),
    signal
  )
  const expiryHeight = seen.height + lifeOf(genesis)
  const nonce = usesNonce(body.type) ? seen.nonce + 1 : 0
  const feeMax = feeBoundOf(genesis.parameters, body.type)
  return signTransaction(context.network, { signer, nonce, expiryHeight, feeMax, body }, key)
}

function lifeOf({ parameters }: Genesis): number {
  return Math.min(LIFE_HEIGHTS, parameters.expiryHeightsMax)
}

function toldAs(
  fate: Fate | 'used up' | 'aborted',
  hash: Hash,
  { transaction }: SignedTransaction,
  answer: CourierRefusal | null
): Submitted {
  switch (fate) {
    case 'used up':
      return refused(answer ?? { code: 'INVALID_NONCE', message: 'its nonce was used' }, true)
    case 'aborted': {
      const message =
        'a coordinator was sent it, but no block with it has come; it may still be included'
      return refused({ code: 'UNREACHABLE', message }, false)
    }
    case 'passed': {
      const message =
        'this node has fetched a snapshot and passed over the blocks in which it may stand: look at what it should have changed'
      return refused({ code: 'UNANSWERED', message }, false)
    }
    case 'expired': {
      const message = `it was not included by block ${transaction.expiryHeight}; the coordinators may be out of reach`
      return refused({ code: 'INVALID_EXPIRED', message }, true)
    }
    case 'unknown': {
      const message = 'nobody who was asked shows a block with it; it may be included'
      return refused(answer ?? { code: 'UNREACHABLE', message }, false)
    }
    default: {
      const { result, message, height } = fate
      if (result === null) return { ok: true, hash, height }
      return refused({ code: result, message: message ?? REJECTION_WORDS[result] }, true)
    }
  }
}

function refused({ code, message }: CourierRefusal, decided: boolean): Submitted {
  return { ok: false, code, message, decided }
}

/**
 * An answer that was lost, or a nonce that is used up: by this very transaction perhaps, if it was sent twice. Only
 * the chain can tell.
 */
function mayBeIncluded({ code }: CourierRefusal): boolean {
  return code === 'UNANSWERED' || code === 'INVALID_NONCE'
}

/** Where the nonce is said to be used up: when the ledger says so too, and it is known by what. */
async function usedUp(
  answer: CourierRefusal | null,
  { ledger, signer }: SubmitterOptions,
  { transaction }: SignedTransaction,
  ended: AbortSignal
): Promise<'used up'> {
  // A light node sees that it is used before it is shown by what; it asks for that itself.
  if (answer?.code !== 'INVALID_NONCE' || ledger.kind === 'light')
    return new Promise(() => undefined)
  const isUsed = (state: StateReader): boolean => nonceOf(state, signer) >= transaction.nonce
  await ledger.until(isUsed, ended).catch(() => undefined)
  return 'used up'
}

/** A ledger that stands still must not hold its callers for ever. */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined
): Promise<T | 'aborted'> {
  if (signal === undefined) return work
  let listener: () => void = () => undefined
  const aborted = new Promise<'aborted'>(resolve => {
    listener = () => resolve('aborted')
    if (signal.aborted) listener()
    signal.addEventListener('abort', listener)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', listener)
  }
}

/**
 * The coordinator that took it may have died before it told the others. What they say now decides nothing: a nonce
 * that is used up, for one, is what a block that is still on its way looks like.
 */
async function sendingAgain<T>(
  sendAgain: () => Promise<unknown>,
  inclusion: Promise<T>
): Promise<T> {
  let sending = false
  const again = setInterval(() => {
    if (sending) return
    sending = true
    void sendAgain()
      .catch(() => undefined)
      .finally(() => {
        sending = false
      })
  }, SEND_AGAIN_MS)
  try {
    return await inclusion
  } finally {
    clearInterval(again)
  }
}

function nonceOf(state: StateReader, signer: SignerRef): number {
  const record = signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
  return record?.nonce ?? 0
}
