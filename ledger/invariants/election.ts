import type { CandidateRecord, EpochRecord } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** The set can certify, its successor is known exactly when the epoch's end is, and candidates have their bonds. */
export function electionsAreWhole(state: StateReader): Invariant {
  const { epoch, height } = state
  const wrong = [...wrongEpoch(epoch, height)]
  let candidates = 0
  for (const candidate of state.candidates()) {
    candidates += 1
    wrong.push(...wrongCandidate(state, candidate))
  }
  let ballots = 0
  for (const { voter, candidates: names } of state.ballots()) {
    ballots += 1
    if (state.account(voter) === undefined) wrong.push(`a ballot of ${voter}, who has no account`)
    if (new Set(names).size !== names.length) wrong.push(`the ballot of ${voter} repeats a name`)
  }
  const figure = `epoch ${epoch.epoch}, ${epoch.members.length} members, ${candidates} candidates, ${ballots} ballots`
  return holds('coordinators and candidates are whole', wrong, figure)
}

function* wrongEpoch(epoch: EpochRecord, height: number): Generator<string> {
  const { members, elected, endHeight } = epoch
  for (const set of [members, elected?.members ?? members]) {
    const keys = new Set(set.map(({ key }) => key))
    if (keys.size !== set.length || set.length === 0) yield `${keys.size} keys of ${set.length}`
  }
  if ((elected === null) !== (endHeight === null))
    yield 'an end without a successor, or the reverse'
  if (endHeight !== null && endHeight < height) yield `its end ${endHeight} is behind ${height}`
}

function* wrongCandidate(state: StateReader, candidate: CandidateRecord): Generator<string> {
  const { account, name, key, bond, status } = candidate
  const least = state.genesis.parameters.election?.bond ?? 0n
  if (status === 'barred' ? bond !== 0n : bond !== least)
    yield `${name} is ${status} with a bond of ${bond}`
  if (state.candidateWithKey(key)?.account !== account) yield `${name} is not found by its key`
  if (status !== 'barred' && state.isBarred(key)) yield `${name} has a barred key`
}
