/** The ballot: candidates are marked one by one and cast together. */
import type { CandidateView, ElectionView } from '../port.ts'
import type { BallotDialog } from './dialogs.ts'
import type { UiState } from './state.ts'
import { open, type Step, say, step } from './step.ts'

/** Names on one ballot; the ledger takes no more. */
const NAMES_MAX = 16

export function askElection(state: UiState): Step {
  const dialog: BallotDialog = { kind: 'ballot', election: null, index: 0, marked: new Set() }
  return step(open(state, dialog), { kind: 'election' })
}

/** Begins with the ballot as it is on the ledger. */
export function shownElection(state: UiState, election: ElectionView): UiState {
  if (state.dialog?.kind !== 'ballot' || state.dialog.election !== null) return state
  const dialog = { ...state.dialog, election }
  const names = new Set(standingIn(dialog).map(({ name }) => name))
  const marked = new Set(election.ballot?.candidates.filter(name => names.has(name)))
  return { ...state, dialog: { ...dialog, marked } }
}

/** Those who can be voted for. */
export function standingIn({ election }: BallotDialog): readonly CandidateView[] {
  return election?.candidates.filter(({ status }) => status === 'standing') ?? []
}

export function mark(state: UiState): Step {
  const { dialog } = state
  if (dialog?.kind !== 'ballot') return step(state)
  const name = standingIn(dialog)[dialog.index]?.name
  if (name === undefined) return step(say(state, 'bad', 'Nobody stands whom you could vote for.'))
  const marked = new Set(dialog.marked)
  if (!marked.delete(name)) marked.add(name)
  if (marked.size > NAMES_MAX) {
    return step(say(state, 'bad', `A ballot has at most ${NAMES_MAX} names.`))
  }
  return step({ ...state, notice: null, dialog: { ...dialog, marked } })
}

/** Nothing is sent where nothing has changed. */
export function castBallot(state: UiState, { election, marked }: BallotDialog): Step {
  if (election === null) return step(state)
  if (election.terms === null) return step(open(state, null))
  if (election.ballot === null) {
    return step(say(state, 'bad', 'This node has no account to vote with.'))
  }
  const before = election.ballot.candidates
  if (before.length === marked.size && before.every(name => marked.has(name))) {
    return step(open(state, null))
  }
  const asked = say(open(state, null), 'info', 'Asked to cast your ballot…')
  return step(asked, { kind: 'vote', candidates: [...marked] })
}

export function votedText({ ballot }: ElectionView): string {
  const names = ballot?.candidates ?? []
  if (names.length === 0) return 'You have no ballot any more.'
  return `Your ballot, which weighs $${ballot?.weight ?? '0'} now: ${names.join(', ')}.`
}
