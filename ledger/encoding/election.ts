/** How sets of coordinators look in bytes. The order of fields is part of the format. */
import type {
  Attendance,
  BallotRecord,
  CandidateRecord,
  Elected,
  ElectionParameters,
  EpochRecord,
  Member,
  YoungMoney
} from '../records/index.ts'
import { type Codec, checked, choice, list, nullable, record } from './codec.ts'
import { EncodingError } from './errors.ts'
import { accountId, counter, integer, money, publicKey, text } from './fields.ts'

/** At most 7 coordinators make a set (the design's Agreement page). */
export const MEMBERS_MAX = 7
/** More places than these never fall free in one epoch. */
const RUNNERS_UP_MAX = 16

const memberCodec: Codec<Member> = record({ name: text(64, 1), key: publicKey })

export const coordinatorsCodec: Codec<readonly Member[]> = list(memberCodec, MEMBERS_MAX, 1)
const runnersUpCodec: Codec<readonly Member[]> = list(memberCodec, RUNNERS_UP_MAX)

const electedCodec: Codec<Elected> = record({
  members: coordinatorsCodec,
  runnersUp: runnersUpCodec
})

export const epochCodec: Codec<EpochRecord> = record({
  epoch: counter,
  members: coordinatorsCodec,
  runnersUp: runnersUpCodec,
  startHeight: counter,
  startMs: counter,
  endHeight: nullable(counter),
  elected: nullable(electedCodec),
  held: counter,
  feesBefore: money,
  issuedBefore: money,
  issuedLongBefore: money
})

const SET_SIZES: readonly number[] = [1, 4, 7]

/** Sizes of which an odd member or two may fail. */
const setSize: Codec<ElectionParameters['sizeMax']> = checked(integer(1, MEMBERS_MAX), size => {
  if (SET_SIZES.includes(size)) return size as ElectionParameters['sizeMax']
  throw new EncodingError('OUT_OF_RANGE', `a set of ${size}, expected 1, 4 or 7`)
})

/** Blocks of an epoch, at one a second ten years of them. */
const blocks: Codec<number> = integer(1, 2 ** 28)

export const electionParametersCodec: Codec<ElectionParameters> = checked(
  record<ElectionParameters>({
    epochBlocks: blocks,
    epochMs: integer(1_000, 2 ** 40),
    tallyBlocks: blocks,
    bond: money,
    turnoutPercent: integer(0, 100),
    sizeMax: setSize,
    silenceViews: blocks
  }),
  parameters => {
    const { epochBlocks, tallyBlocks } = parameters
    if (tallyBlocks < epochBlocks) return parameters
    const message = `votes counted ${tallyBlocks} blocks before the end of an epoch of ${epochBlocks}`
    throw new EncodingError('OUT_OF_RANGE', message)
  }
)

/** Multiaddrs of a candidate's node. */
const CANDIDATE_ADDRESSES_MAX = 8
/** Names on one ballot. */
const BALLOT_MAX = 16

export const candidateAddresses: Codec<readonly string[]> = list(
  text(256, 1),
  CANDIDATE_ADDRESSES_MAX
)

export const candidateCodec: Codec<CandidateRecord> = record({
  account: accountId,
  name: text(64, 1),
  key: publicKey,
  addresses: candidateAddresses,
  bond: money,
  status: choice(['standing', 'withdrawn', 'barred']),
  served: nullable(counter)
})

export const ballotNames: Codec<readonly string[]> = list(accountId, BALLOT_MAX)

export const ballotCodec: Codec<BallotRecord> = record({
  voter: accountId,
  candidates: ballotNames
})

export const attendanceCodec: Codec<Attendance> = record({
  views: counter,
  signed: list(counter, MEMBERS_MAX)
})

export const youngMoneyCodec: Codec<YoungMoney> = record({
  epoch: counter,
  issued: money,
  issuedBefore: money
})
