import {
  type AccountId,
  type AccountRecord,
  BOND_EPOCHS,
  type CandidateRecord,
  type Elected,
  type ElectionParameters,
  formatDollars,
  type Picodollars,
  type PublicKey,
  type StateReader,
  tallyVotes,
  votesIn,
  type WeightedVote,
  weightOf
} from '../../ledger/index.ts'
import type {
  CandidateView,
  ElectionView,
  MemberView,
  SetView,
  TallyView,
  TermsView
} from '../api/index.ts'

/** Who looks: the node with this key, and its account. */
export interface Viewer {
  readonly nodeKey: PublicKey
  readonly account: AccountId
  readonly isConnected: (key: PublicKey) => boolean
}

export function viewElection(state: StateReader, viewer: Viewer): ElectionView {
  const { epoch } = state
  const { election } = state.genesis.parameters
  const votes = votesIn(state)
  const account = state.account(viewer.account)
  return {
    epoch: epoch.epoch,
    height: state.height,
    firstHeight: epoch.startHeight + 1,
    endHeight: epoch.endHeight,
    members: viewMembers(state, viewer),
    terms: election === null ? null : viewTerms(state, election),
    next: epoch.elected === null ? null : viewSet(epoch.elected),
    tally: election === null || epoch.elected !== null ? null : viewTally(state, election),
    candidates: [...state.candidates()].map(candidate =>
      viewCandidate(state, votes, candidate, viewer)
    ),
    ballot: account === undefined ? null : viewBallot(state, account)
  }
}

function viewMembers({ epoch, attendance }: StateReader, { nodeKey }: Viewer): MemberView[] {
  const { views, signed } = attendance
  return epoch.members.map(({ name, key }, at) => ({
    name,
    key,
    local: key === nodeKey,
    attendance: views === 0 ? null : { signed: signed[at] ?? 0, views }
  }))
}

function viewTerms({ epoch }: StateReader, election: ElectionParameters): TermsView {
  return {
    ...election,
    bond: formatDollars(election.bond),
    tallyHeight: epoch.startHeight + election.epochBlocks - election.tallyBlocks,
    tallyMs: epoch.startMs + election.epochMs
  }
}

function viewTally(state: StateReader, election: ElectionParameters): TallyView {
  const { cast, possible, isEnough, elected } = tallyVotes(state, election)
  return {
    cast: formatDollars(cast),
    possible: formatDollars(possible),
    enough: isEnough,
    elected: elected === null ? null : viewSet(elected)
  }
}

function viewSet({ members, runnersUp }: Elected): SetView {
  return { members: members.map(({ name }) => name), runnersUp: runnersUp.map(({ name }) => name) }
}

function viewCandidate(
  state: StateReader,
  votes: readonly WeightedVote[],
  candidate: CandidateRecord,
  { nodeKey, isConnected }: Viewer
): CandidateView {
  const { name, account, key, addresses, bond, status, served } = candidate
  const approval = votes
    .filter(({ ballot }) => ballot.candidates.includes(account))
    .reduce<Picodollars>((sum, { weight }) => sum + weight, 0n)
  const last = Math.max(
    served ?? 0,
    state.epoch.members.some(each => each.key === key) ? state.epoch.epoch : 0
  )
  return {
    name,
    account,
    key,
    addresses: [...addresses],
    bond: formatDollars(bond),
    online: key === nodeKey || isConnected(key),
    status,
    approval: formatDollars(approval),
    bondUntilEpoch: status === 'withdrawn' ? last + BOND_EPOCHS : null
  }
}

function viewBallot(state: StateReader, { id }: AccountRecord): ElectionView['ballot'] {
  const names = state.ballot(id)?.candidates ?? []
  return {
    candidates: names.map(each => state.account(each)?.name ?? each),
    weight: formatDollars(weightOf(state, id))
  }
}
