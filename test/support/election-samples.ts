/** One plausible value of every record of elections. */
import type {
  Attendance,
  BallotRecord,
  CandidateRecord,
  EpochRecord,
  Member,
  YoungMoney
} from '../../ledger/index.ts'
import { testSigner } from './ed25519.ts'

export const members: readonly Member[] = ['anna', 'bert', 'cleo', 'dora'].map(name => ({
  name,
  key: testSigner(name).publicKey
}))

export const runnersUp: readonly Member[] = [{ name: 'emil', key: testSigner('emil').publicKey }]

export const epoch: EpochRecord = {
  epoch: 3,
  members,
  runnersUp,
  startHeight: 3_000,
  startMs: 1_100_000_300_000,
  endHeight: 4_000,
  elected: { members: members.slice(0, 1), runnersUp: members.slice(1) },
  held: 1,
  feesBefore: 7n,
  issuedBefore: 2_000_000_000_000n,
  issuedLongBefore: 1_000_000_000_000n
}

export const candidate: CandidateRecord = {
  account: '0a'.repeat(16),
  name: 'emil',
  key: testSigner('emil').publicKey,
  addresses: ['/ip4/10.0.0.1/tcp/7144', '/dns4/emil.example/tcp/7144'],
  bond: 50_000_000_000_000n,
  status: 'withdrawn',
  served: 2
}

export const ballot: BallotRecord = {
  voter: '0b'.repeat(16),
  candidates: [candidate.account, '0c'.repeat(16)]
}

export const attendance: Attendance = { views: 250, signed: [250, 249, 0, 251] }

export const youngMoney: YoungMoney = { epoch: 3, issued: 2n, issuedBefore: 1n }
