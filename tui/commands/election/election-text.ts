import type { CandidateView, ElectionView, MemberView, SetView } from '../../../node/client.ts'
import {
  type Column,
  formatDollars,
  formatFields,
  formatId,
  formatTable,
  formatTime
} from '../../format/index.ts'

export function describeElection(view: ElectionView): string {
  return [
    formatFields([
      ['Epoch', `${view.epoch}, from block ${view.firstHeight}; the ledger is at ${view.height}`],
      ...endOf(view)
    ]),
    '',
    formatTable(MEMBER_COLUMNS, view.members),
    ...(view.terms === null ? [] : ['', describeCandidates(view), '', describeVotes(view)])
  ].join('\n')
}

export function describeCandidates({ candidates, terms }: ElectionView): string {
  const bond = formatDollars(terms?.bond ?? '0')
  if (candidates.length === 0) return `Nobody stands yet. A candidate locks ${bond} up.`
  return formatTable(CANDIDATE_COLUMNS, candidates)
}

export function describeBallot({ ballot }: ElectionView): string {
  if (ballot === null || ballot.candidates.length === 0) return 'Your account has no ballot.'
  return `Your ballot, which weighs ${formatDollars(ballot.weight)} now: ${ballot.candidates.join(', ')}`
}

function endOf({ terms, endHeight, next }: ElectionView): (readonly [string, string])[] {
  if (terms === null) return [['Ends', 'never: the coordinators are those of the genesis']]
  if (endHeight !== null && next !== null) {
    return [
      ['Ends', `at block ${endHeight}`],
      ['Next coordinators', describeSet(next)]
    ]
  }
  const { tallyHeight, tallyMs, tallyBlocks } = terms
  return [
    ['Votes are counted', `at block ${tallyHeight}, or at ${formatTime(tallyMs)} if that is first`],
    ['Ends', `${tallyBlocks} blocks later`]
  ]
}

function describeSet({ members, runnersUp }: SetView): string {
  const behind = runnersUp.length === 0 ? '' : `; runners-up: ${runnersUp.join(', ')}`
  return `${members.join(', ')}${behind}`
}

function describeVotes({ tally, terms, ballot }: ElectionView): string {
  const own: readonly [string, string] = [
    'Your ballot',
    ballot === null
      ? ''
      : `${ballot.candidates.join(', ') || 'none'} (weighs ${formatDollars(ballot.weight)})`
  ]
  if (tally === null || terms === null) return formatFields([own])
  const enough = tally.enough ? 'enough' : 'too few, the coordinators stay on'
  return formatFields([
    own,
    [
      'Cast so far',
      `${formatDollars(tally.cast)} of ${formatDollars(tally.possible)} that could vote; ${terms.turnoutPercent} % are needed: ${enough}`
    ],
    ['Chosen if counted now', tally.elected === null ? 'nobody' : describeSet(tally.elected)]
  ])
}

const MEMBER_COLUMNS: readonly Column<MemberView>[] = [
  { title: 'COORDINATOR', cell: each => (each.local ? `${each.name} (this node)` : each.name) },
  { title: 'KEY', cell: each => formatId(each.key) },
  {
    title: 'SEEN IN',
    align: 'right',
    cell: ({ attendance }) =>
      attendance === null ? '-' : `${attendance.signed} of ${attendance.views} certificates`
  }
]

const CANDIDATE_COLUMNS: readonly Column<CandidateView>[] = [
  { title: 'CANDIDATE', cell: each => each.name },
  { title: 'STATUS', cell: each => statusOf(each) },
  { title: 'REACHED', cell: each => (each.online ? 'online' : 'offline') },
  { title: 'APPROVAL', align: 'right', cell: each => formatDollars(each.approval) },
  { title: 'BOND', align: 'right', cell: each => formatDollars(each.bond) },
  { title: 'ADDRESS', cell: each => each.addresses[0] ?? '-' }
]

function statusOf({ status, bondUntilEpoch }: CandidateView): string {
  return bondUntilEpoch === null
    ? status
    : `${status}, bond locked until epoch ${bondUntilEpoch} ends`
}
