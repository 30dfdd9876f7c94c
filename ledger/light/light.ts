/**
 * Follows a ledger by its headers, from the genesis on: one header for each epoch, its last, then the newest.
 *
 *              the last header of epoch e, certified by e's set
 *      epoch e ------------------------------------------------> epoch e + 1, with the set that the header names
 *       |   ^
 *       +---+  a newer header of epoch e, certified by e's set
 *
 * Never back: neither in height nor in epoch, so that a set that has handed over cannot rewrite anything for a
 * reader who has seen the hand-over. Nothing here knows the time but `takeHead`.
 */
import { type ChainFault, verifyFinal } from '../chain/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { CertifiedHeader, Genesis, Hash, Header, Member } from '../records/index.ts'
import { hashHeader, networkOf, setHashOf, type Verifier } from '../statements/index.ts'
import type { LightFault, LightFaultCode } from './faults.ts'

/** A set that has handed over: what it certified up to there stays true. */
export interface PastSet {
  readonly epoch: number
  readonly members: readonly Member[]
  /** Of its last header. */
  readonly endHeight: number
}

export interface Light {
  readonly network: Hash
  readonly epoch: number
  /** Who may certify headers of `epoch`. */
  readonly members: readonly Member[]
  readonly past: PastSet | null
  /** The newest header that was taken; null before the first. */
  readonly head: Header | null
}

export type LightStep =
  | { readonly ok: true; readonly light: Light }
  | { readonly ok: false; readonly fault: LightFault }

/**
 * How old a head may be, and how far ahead of the reader's clock. A block comes at least every 5 s, so that an older
 * one was kept back or its ledger stands still; either way nobody should act on it.
 */
export const HEAD_AGE_MAX_MS = 30_000

export function lightFrom(genesis: Genesis, crypto: Crypto): Light {
  const { coordinators } = genesis
  return {
    network: networkOf(genesis, crypto),
    epoch: 0,
    members: coordinators,
    past: null,
    head: null
  }
}

/** The last header of the light node's epoch, which names the next set. */
export function takeHandOver(light: Light, certified: CertifiedHeader, crypto: Crypto): LightStep {
  const { epoch, height, nextSet } = certified.header
  if (nextSet !== null) return takeHeader(light, certified, crypto)
  return refuse('LIGHT_NO_HAND_OVER', `header ${height} of epoch ${epoch} names no next set`)
}

/** The newest header of the ledger, as a peer says; refused where it is none at `nowMs`. */
export function takeHead(
  light: Light,
  certified: CertifiedHeader,
  crypto: Crypto,
  nowMs: number
): LightStep {
  const { header } = certified
  const untimely = checkAge(header, nowMs)
  if (untimely !== null) return { ok: false, fault: untimely }
  // Also an epoch's last header, which is the head until the next set has made a block.
  if (isHead(light, header, crypto)) return { ok: true, light }
  return takeHeader(light, certified, crypto)
}

/** null if the header may still be believed to be the newest. */
function checkAge({ height, timeMs }: Header, nowMs: number): LightFault | null {
  const seconds = Math.round(HEAD_AGE_MAX_MS / 1000)
  const age = nowMs - timeMs
  if (age > HEAD_AGE_MAX_MS) {
    const message = `header ${height} is ${Math.round(age / 1000)} s old, ${seconds} s are allowed`
    return { code: 'LIGHT_STALE', message }
  }
  if (age >= -HEAD_AGE_MAX_MS) return null
  const message = `header ${height} is ${Math.round(-age / 1000)} s ahead of this clock: set the clock`
  return { code: 'LIGHT_EARLY', message }
}

/** null if the header is final by the set of its epoch, which is the present one or the one before. */
export function checkHeader(
  light: Light,
  certified: CertifiedHeader,
  crypto: Crypto
): LightFault | null {
  const { header } = certified
  const { past } = light
  if (header.epoch === light.epoch) return checkFinal(light.members, certified, light, crypto)
  if (past?.epoch === header.epoch && header.height <= past.endHeight) {
    return checkFinal(past.members, certified, light, crypto)
  }
  return ofOtherEpoch(light, header)
}

function takeHeader(light: Light, certified: CertifiedHeader, crypto: Crypto): LightStep {
  const { header } = certified
  const { epoch, head } = light
  if (header.epoch !== epoch) return { ok: false, fault: ofOtherEpoch(light, header) }
  if (head !== null && header.height < head.height) {
    return refuse('LIGHT_BACK', `header ${header.height} is below the ${head.height} seen already`)
  }
  const wrong = checkFinal(light.members, certified, light, crypto)
  if (wrong !== null) return { ok: false, fault: wrong }
  if (head !== null && header.height === head.height && !isHead(light, header, crypto)) {
    const hashes = [header, head].map(each => hashHeader(each, crypto)).join(' and ')
    return refuse('LIGHT_FORKED', `${hashes} are both final at height ${header.height}`)
  }
  return { ok: true, light: after(light, header) }
}

function after(light: Light, header: Header): Light {
  const { epoch, members } = light
  if (header.nextSet === null) return { ...light, head: header }
  const past = { epoch, members, endHeight: header.height }
  return { ...light, epoch: epoch + 1, members: header.nextSet, past, head: header }
}

function checkFinal(
  members: readonly Member[],
  certified: CertifiedHeader,
  { network }: Light,
  crypto: Crypto
): LightFault | ChainFault | null {
  const { header } = certified
  const set = setHashOf(members, crypto)
  const by: Verifier = { network, crypto }
  if (header.setHash !== set) {
    const message = `header ${header.height} names the set ${header.setHash}, that of epoch ${header.epoch} is ${set}`
    return { code: 'LIGHT_WRONG_SET', message }
  }
  return verifyFinal(certified, members, by)
}

function ofOtherEpoch({ epoch }: Light, header: Header): LightFault {
  if (header.epoch > epoch) {
    const message = `header ${header.height} is of epoch ${header.epoch}, the hand-over from ${epoch} is not known`
    return { code: 'LIGHT_UNKNOWN_EPOCH', message }
  }
  const message = `header ${header.height} is of epoch ${header.epoch}, whose set has handed over: it is ${epoch} now`
  return { code: 'LIGHT_PAST_SET', message }
}

function isHead({ head }: Light, header: Header, crypto: Crypto): boolean {
  return head !== null && hashHeader(head, crypto) === hashHeader(header, crypto)
}

function refuse(code: LightFaultCode, message: string): LightStep {
  return { ok: false, fault: { code, message } }
}
