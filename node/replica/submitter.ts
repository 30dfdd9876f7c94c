import {
  type Body,
  type Crypto,
  feeBoundOf,
  type Hash,
  hashTransaction,
  type RejectionCode,
  type Signer,
  type SignerRef,
  signTransaction,
  usesNonce
} from '../../ledger/index.ts'
import type { Courier } from './courier.ts'
import type { Replica } from './replica.ts'

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
  readonly replica: Replica
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

async function submitOne(
  options: SubmitterOptions,
  body: Body,
  signal: AbortSignal | undefined
): Promise<Submitted> {
  const { replica, courier, signer, key, crypto } = options
  const state = replica.state()
  const expiryHeight =
    state.height + Math.min(LIFE_HEIGHTS, state.genesis.parameters.expiryHeightsMax)
  const feeMax = feeBoundOf(state.genesis.parameters, body.type)
  const signed = signTransaction(
    state.network,
    { signer, nonce: nonceFor(options, body), expiryHeight, feeMax, body },
    key
  )
  const hash = hashTransaction(signed, crypto)
  const inclusion = replica.inclusionOf(hash, expiryHeight)
  const [answer] = await courier.deliver([signed], signal)
  if (answer) {
    inclusion.cancel()
    return { ok: false, code: answer.code, message: answer.message, decided: false }
  }
  const included = await includedOrSentAgain(unlessAborted(inclusion.promise, signal), () =>
    courier.deliver([signed], signal)
  )
  if (included === 'aborted') {
    inclusion.cancel()
    const message =
      'a coordinator has taken it, but no block with it has come; it may still be included'
    return { ok: false, code: 'UNREACHABLE', message, decided: false }
  }
  if (included === 'expired') {
    const message = `it was not included by block ${expiryHeight}; the coordinators may be out of reach`
    return { ok: false, code: 'INVALID_EXPIRED', message, decided: true }
  }
  if (included.result === null) return { ok: true, hash, height: included.height }
  return {
    ok: false,
    code: included.result,
    message: sentenceFor(included.result, included.message),
    decided: true
  }
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
async function includedOrSentAgain<T>(
  inclusion: Promise<T>,
  sendAgain: () => Promise<unknown>
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

function nonceFor({ replica, signer }: SubmitterOptions, body: Body): number {
  if (!usesNonce(body.type)) return 0
  const state = replica.state()
  const record = signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
  return (record?.nonce ?? 0) + 1
}

function sentenceFor(code: RejectionCode, message: string | null): string {
  return message ?? `the ledger refused it: ${code}`
}
