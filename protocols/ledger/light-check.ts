/** Whether an answer to a light node is so. Nothing else makes a claim of a peer something that is known. */
import {
  type CertifiedHeader,
  type Crypto,
  checkHeader,
  isTransactionIn,
  type Light,
  type LightFault,
  type ProofFault,
  type ProvenPart,
  type ResultCode,
  readProof,
  type SignedTransaction,
  type StateEntry,
  type StateQuery,
  takeHandOver,
  takeHead
} from '../../ledger/index.ts'
import type { OutcomeReply, ReadReply } from './light-messages.ts'
import type { Conduct } from './sources.ts'

export interface AnswerFault {
  readonly code: LightFault['code'] | ProofFault['code'] | 'OUTCOME_UNPROVEN'
  readonly message: string
}

interface Wrong {
  readonly ok: false
  readonly conduct: Exclude<Conduct, 'good'>
  readonly fault: AnswerFault
}

export type CheckedRead =
  | { readonly ok: true; readonly light: Light; readonly part: ProvenPart }
  | Wrong

export type CheckedOutcome =
  | { readonly ok: true; readonly height: number; readonly result: ResultCode }
  | Wrong

export type CheckedHandOvers = { readonly ok: true; readonly light: Light } | Wrong

/** The head must be one that `light` takes at `nowMs`, and the proof must answer all `queries` under it. */
export function checkRead(
  light: Light,
  { head, proof }: ReadReply,
  queries: readonly StateQuery[],
  { crypto, nowMs }: { readonly crypto: Crypto; readonly nowMs: number }
): CheckedRead {
  const step = takeHead(light, head, crypto, nowMs)
  if (!step.ok) return wrong(step.fault)
  const shown = readProof(proof, head.header.stateRoot, crypto)
  if (!shown.ok) return wrong(shown.fault)
  const entries = new Map<string, StateEntry>()
  for (const query of queries) {
    const answered = shown.state.answer(query)
    if (!answered.ok) return wrong(answered.fault)
    for (const entry of answered.entries) entries.set(entry[0], entry)
  }
  return { ok: true, light: step.light, part: { queries, entries: [...entries.values()] } }
}

/** Hand-overs in their order, as many as there are. */
export function checkHandOvers(
  light: Light,
  handOvers: readonly CertifiedHeader[],
  crypto: Crypto
): CheckedHandOvers {
  let known = light
  for (const certified of handOvers) {
    const step = takeHandOver(known, certified, crypto)
    if (!step.ok) return wrong(step.fault)
    known = step.light
  }
  return { ok: true, light: known }
}

/** The block must be final by the set of its epoch, and hold the transaction with the result that is said. */
export function checkOutcome(
  light: Light,
  { block, proof }: OutcomeReply,
  signed: SignedTransaction,
  crypto: Crypto
): CheckedOutcome {
  const fault = checkHeader(light, block, crypto)
  if (fault !== null) return wrong(fault)
  const { height } = block.header
  if (isTransactionIn(block.header, signed, proof, crypto)) {
    return { ok: true, height, result: proof.result }
  }
  const message = `the proof does not lead to the transactions of block ${height}`
  return wrong({ code: 'OUTCOME_UNPROVEN', message })
}

function wrong(fault: AnswerFault): Wrong {
  return { ok: false, conduct: CONDUCT[fault.code] ?? 'lied', fault }
}

/** What an honest node says too that has come less far than others, or whose clock or whose reader's clock is wrong. */
const CONDUCT: Partial<Record<AnswerFault['code'], Wrong['conduct']>> = {
  LIGHT_STALE: 'stale',
  LIGHT_EARLY: 'stale',
  LIGHT_BACK: 'behind',
  LIGHT_PAST_SET: 'behind',
  LIGHT_UNKNOWN_EPOCH: 'ahead'
}
