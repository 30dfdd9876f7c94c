/** Machines whose size says little about what must move: REDOLOG of 50 MB of changes, and the memory it takes. */
import type { OwnMoves } from './own-moves.ts'
import { type MoveRow, moveRow } from './rows.ts'

const CHANGED_MB = 50
const DATA_MB = 1_000
/** Both nodes may take so much more than when they are idle, whatever the size (issue: bounded memory). */
export const OVER_IDLE_MIB: number = 64

/** GiB of disk, of which 1,000 MiB hold something. */
const SIZES_GB = { redolog: [1.1, 4, 16], large: [64] } as const
export type SparseCase = keyof typeof SIZES_GB

export async function measureSparse(own: OwnMoves, each: SparseCase): Promise<readonly MoveRow[]> {
  const rows: MoveRow[] = []
  for (const sizeGb of SIZES_GB[each]) {
    const diskMb = Math.round(sizeGb * 1_024)
    const moved = await own.moveSparse({ diskMb, dataMb: DATA_MB, changedMb: CHANGED_MB })
    process.stderr.write('.')
    const name = `move of ${CHANGED_MB} MiB in ${sizeGb} GiB`
    const over = (side: 'source' | 'destination'): number =>
      Math.max(0, moved[side].rssMb - moved.idle[side].rssMb)
    rows.push(
      moveRow(name, each, 'cached', moved.seconds, 's'),
      moveRow(`${name}, bytes`, each, 'cached', moved.bytesSent / 1e6, 'MB'),
      moveRow(`${name}, CPU`, each, 'cached', moved.cpuSeconds, 's'),
      moveRow(`${name}, source over idle`, each, 'cached', over('source'), 'MiB', OVER_IDLE_MIB),
      moveRow(
        `${name}, destination over idle`,
        each,
        'cached',
        over('destination'),
        'MiB',
        OVER_IDLE_MIB
      )
    )
  }
  return rows
}
