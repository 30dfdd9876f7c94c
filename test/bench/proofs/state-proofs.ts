/** What a reader who keeps no state has to be sent and has to work out for one answer, out of a million entries. */
import { createHash } from 'node:crypto'
import {
  changes,
  initialState,
  type LedgerState,
  prefixQuery,
  proveState,
  readProof,
  type StateQuery
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { median, type Row, row, timed } from '../row.ts'

/** Each with its name; each machine with its owner: two entries of the state for each. */
const ACCOUNTS = 50_000
const MACHINES_EACH = 9
const LOOKS = 2_000
const SEED = 71
/**
 * Of issue 5: bytes besides certificate, header and the entry that was asked for, and milliseconds. At a million entries the
 * hashes alone are 20 of 32 bytes.
 */
const GOALS = { bytes: 1_024, ms: 1 }

export function stateProofs(): readonly Row[] {
  const state = fullState()
  const root = state.root()
  const random = seededRandom(SEED)
  const someone = (): number => random.integer(ACCOUNTS)
  const machine = (): string => {
    const owner = someone()
    return `machine/${idOf(owner)}/${uuidOf(owner, random.integer(MACHINES_EACH))}`
  }
  const kinds: Readonly<Record<string, () => StateQuery>> = {
    account: () => ({ kind: 'key', key: `account/${idOf(someone())}` }),
    machine: () => ({ kind: 'key', key: machine() }),
    'no-such-account': () => ({
      kind: 'key',
      key: `account/${idOf(ACCOUNTS + random.integer(2 ** 30))}`
    }),
    [`all-${MACHINES_EACH}-machines-of-an-owner`]: () => prefixQuery(`machine/${idOf(someone())}/`)
  }
  return [
    row(
      'proofs/state/entries',
      changes(initialState(sample.genesis, nodeCrypto), state).length,
      ''
    ),
    ...Object.entries(kinds).flatMap(([kind, query]) => {
      const queries = Array.from({ length: LOOKS }, query)
      // One answer is held against the goals; a list of nine has nine records in it.
      const goals = kind.startsWith('all') ? null : GOALS
      return rowsOf(`proofs/state/${kind}`, state, root, queries, goals)
    })
  ]
}

function rowsOf(
  name: string,
  state: LedgerState,
  root: string,
  queries: readonly StateQuery[],
  goals: typeof GOALS | null
): readonly Row[] {
  const proofs: number[] = []
  const whole: number[] = []
  const proving: number[] = []
  const verifying: number[] = []
  for (const query of queries) {
    const proved = timed(() => proveState(state, [query]))
    const proof = proved.made
    const verified = timed(() => {
      const shown = readProof(proof, root, nodeCrypto)
      return shown.ok ? shown.state.answer(query) : shown
    })
    const answer = verified.made
    if (!answer.ok) throw new Error(answer.fault.message)
    proving.push(proved.ms)
    verifying.push(verified.ms)
    const asked = answer.entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
    proofs.push(proof.length - asked)
    whole.push(proof.length)
  }
  return [
    row(`${name}/proof-p50`, median(proofs), 'B', goals?.bytes),
    row(`${name}/proof-max`, Math.max(...proofs), 'B', goals?.bytes),
    row(`${name}/with-entry-p50`, median(whole), 'B'),
    row(`${name}/with-entry-max`, Math.max(...whole), 'B'),
    row(`${name}/prove-p50`, median(proving), 'ms'),
    row(`${name}/verify-p50`, median(verifying), 'ms', goals?.ms),
    row(`${name}/verify-max`, Math.max(...verifying), 'ms', goals?.ms)
  ]
}

function fullState(): LedgerState {
  const empty = initialState(sample.genesis, nodeCrypto)
  const draft = empty.draft(1, empty.timeMs + 1)
  for (let owner = 0; owner < ACCOUNTS; owner++) {
    const id = idOf(owner)
    draft.putAccount({
      ...sample.account,
      id,
      name: `account-${owner}`,
      key: digest(`key ${owner}`)
    })
    for (let at = 0; at < MACHINES_EACH; at++) {
      draft.putMachine({ ...sample.machine, uuid: uuidOf(owner, at), owner: id })
    }
  }
  return draft.commit()
}

function idOf(owner: number): string {
  return digest(`owner ${owner}`).slice(0, 32)
}

function uuidOf(owner: number, at: number): string {
  const hex = digest(`machine ${at} of ${owner}`)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
