import type { BenchOptions } from './bench-options.ts'
import { run as cliColdStart } from './cli-cold-start.ts'
import { run as firstRun } from './first-run.ts'
import { run as ledger } from './ledger/ledger.ts'
import { run as mainJob } from './main-job.ts'
import { run as migrate } from './migrate/migrate.ts'
import { run as proofs } from './proofs/proofs.ts'
import { run as snapshot } from './proofs/snapshot.ts'
import type { Row } from './row.ts'
import { run as uiPaint } from './ui-paint.ts'

export interface Bench {
  readonly about: string
  readonly run: (options: BenchOptions) => Promise<readonly Row[]>
}

export const BENCHES: ReadonlyMap<string, Bench> = new Map([
  [
    'cli-cold-start',
    { about: 'virtuoso --version and machine list, about 10 s', run: cliColdStart }
  ],
  [
    'main-job',
    { about: 'commit, memory, boot, suspend, move, resume, about a minute', run: mainJob }
  ],
  [
    'ledger',
    { about: 'coordinators as processes: commits a second, latency, memory; minutes', run: ledger }
  ],
  [
    'migrate',
    {
      about: 'a machine of 1.1 GB moved by us, rsync and scp; --seed --cases --rounds --link slow',
      run: migrate
    }
  ],
  [
    'proofs',
    {
      about: 'proofs of a million entries, a light start, an audit, a count of votes; minutes',
      run: proofs
    }
  ],
  [
    'snapshot',
    {
      about: 'the state of a million machines cut, checked, stored and built; 8 GB, minutes',
      run: snapshot
    }
  ],
  ['ui-paint', { about: 'a key until the screen shows it, about 15 s', run: uiPaint }],
  ['first-run', { about: 'a fresh clone to its finished first run, minutes', run: firstRun }]
])
