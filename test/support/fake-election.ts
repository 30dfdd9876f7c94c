import type { ElectionView } from '../../node/index.ts'
import { START_MS } from './fake-machines.ts'

/** Five people stand; the ballot names two of them, one of whom has withdrawn. */
export function electionOf(ballot: readonly string[]): ElectionView {
  const approvals = { alex: '2400', carl: '900', dora: '900', emil: '12', mary: '1500' }
  return {
    epoch: 3,
    height: 2_310,
    firstHeight: 1_501,
    endHeight: null,
    members: ['judy', 'kate', 'liam', 'mona'].map(name => ({
      name,
      key: name.padEnd(64, '0'),
      local: false,
      attendance: null
    })),
    terms: {
      epochBlocks: 1_000,
      epochMs: 3_600_000,
      tallyBlocks: 100,
      bond: '100',
      turnoutPercent: 10,
      sizeMax: 7,
      silenceViews: 1_000,
      tallyHeight: 2_400,
      tallyMs: START_MS + 1_500_000
    },
    next: null,
    tally: {
      cast: '3300',
      possible: '6000',
      enough: true,
      elected: { members: ['alex', 'carl', 'dora', 'emil'], runnersUp: [] }
    },
    candidates: Object.entries(approvals).map(([name, approval], at) => ({
      name,
      account: `0${at}`.repeat(16),
      key: name.padEnd(64, '0'),
      addresses: [`/ip4/10.0.0.${at + 1}/tcp/7144`],
      bond: '100',
      online: name !== 'emil',
      status: name === 'mary' ? 'withdrawn' : 'standing',
      approval,
      bondUntilEpoch: name === 'mary' ? 5 : null
    })),
    ballot: { candidates: [...ballot], weight: '1000' }
  }
}
