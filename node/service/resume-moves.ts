import type { Uuid } from '../../ledger/index.ts'
import type { OperationView } from '../api/index.ts'
import { resumeMove } from '../migration/index.ts'
import { within } from '../network/index.ts'
import type { ServiceContext } from './context.ts'
import { startMove } from './orders.ts'

/** Until the ledger shows a move that was open: a node that has just started must catch up first. */
const CATCH_UP_MS = 60_000
/** Each waits for the ledger at once; more moves than operations that may run were never under way. */
const RESUMED_MAX = 64

/**
 * Goes on with the moves that this node asked for and was stopped in: its owner sees them again, can call them off, and
 * a destination that has not heard of one hears of it now. Never rejects.
 */
export async function resumeMoves(
  context: ServiceContext,
  log: (message: string, fields: Record<string, string>) => void,
  signal: AbortSignal
): Promise<void> {
  const machines = interruptedMoves(context.operations.list()).slice(0, RESUMED_MAX)
  await Promise.all(
    machines.map(machine =>
      resume(context, machine, signal).catch((error: unknown) => {
        if (!signal.aborted) log(`the move was not taken up again: ${String(error)}`, { machine })
      })
    )
  )
}

/** Machines whose newest operation is a move that ended with this node's process. */
export function interruptedMoves(newestFirst: readonly OperationView[]): readonly Uuid[] {
  const newest = new Map<Uuid, OperationView>()
  for (const operation of newestFirst) {
    const { machine } = operation
    if (machine !== null && !newest.has(machine)) newest.set(machine, operation)
  }
  return [...newest]
    .filter(([, { kind, error }]) => kind === 'move' && ENDED_WITH_US.has(error?.code ?? ''))
    .map(([machine]) => machine)
}

const ENDED_WITH_US: ReadonlySet<string> = new Set(['NODE_RESTARTED', 'NODE_STOPPING'])

async function resume(context: ServiceContext, uuid: Uuid, signal: AbortSignal): Promise<void> {
  const { ledger, operations } = context
  const isHere = await within(CATCH_UP_MS, signal, patience =>
    ledger.until(state => state.migration(uuid) !== undefined, patience)
  )
    .then(() => true)
    .catch(() => false)
  // It never came to the ledger, or is over.
  if (!isHere || operations.runningOn(uuid) !== null) return
  const { machine, destination } = await ledger.read(
    state => ({
      machine: state.machine(uuid),
      destination: state.host(state.migration(uuid)?.destination ?? '')
    }),
    signal
  )
  if (machine === undefined || destination === undefined) return
  await startMove(context, machine, (options, report) =>
    resumeMove(options, { machine, destination }, report)
  )
}
