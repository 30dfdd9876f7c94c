/**
 * The clocks by which running is charged:
 *
 *   block time   goes on whatever happens
 *   uptime       stands while the ledger stands: more than a lease after a block without the next one
 *   host clock   stands while the uptime does, and while the host is silent
 *
 *   heard --three whole periods without an alive record--> silent --alive--> heard
 *
 * Silence is worked out from when the host was heard last, so that its begin needs no due and its end touches
 * one record, however many machines the host has.
 */
import type { HostRecord, Parameters } from '../records/index.ts'
import type { Draft, StateReader, Turn } from '../state/index.ts'

/** Whole periods without an alive record before a host counts as silent. */
const ALIVE_MISSED_MAX = 3

export function uptimeOf(state: StateReader): number {
  return state.timeMs - state.standstillMs
}

/** The uptime at which the host is silent, unless it is heard before. */
export function silentFromMs({ liveness }: HostRecord, parameters: Parameters): number {
  const { alivePeriodMs } = parameters
  return (Math.floor(liveness.heardMs / alivePeriodMs) + 1 + ALIVE_MISSED_MAX) * alivePeriodMs
}

export function isSilent(state: StateReader, host: HostRecord): boolean {
  return uptimeOf(state) >= silentFromMs(host, state.genesis.parameters)
}

/** Whether the host may still send the alive record of the present period. */
export function isAliveDue(state: StateReader, { liveness }: HostRecord): boolean {
  const { alivePeriodMs } = state.genesis.parameters
  return Math.floor(uptimeOf(state) / alivePeriodMs) > Math.floor(liveness.heardMs / alivePeriodMs)
}

/** How far the host's clock has come. */
export function clockOf(state: StateReader, host: HostRecord): number {
  const untilMs = Math.min(uptimeOf(state), silentFromMs(host, state.genesis.parameters))
  return untilMs - host.liveness.silentMs
}

/** The host is heard: from here on its clock goes again. */
export function hear(draft: Draft, host: HostRecord, height: number): void {
  const heardMs = uptimeOf(draft)
  const silentForMs = Math.max(0, heardMs - silentFromMs(host, draft.genesis.parameters))
  const silentMs = host.liveness.silentMs + silentForMs
  keepTurn(draft, host.uuid, () =>
    draft.putHost({ ...host, liveness: { aliveHeight: height, heardMs, silentMs } })
  )
}

/** Makes a change to a host or to its charges, and moves the host's turn with it. */
export function keepTurn(draft: Draft, host: string, change: () => void): void {
  const before = turnOf(draft, host)
  change()
  const after = turnOf(draft, host)
  if (before?.uptimeMs === after?.uptimeMs && before?.machine === after?.machine) return
  if (before !== undefined) draft.removeTurn(before)
  if (after !== undefined) draft.putTurn(after)
}

/** undefined: the host has nothing to charge before it is silent. */
export function turnOf(state: StateReader, uuid: string): Turn | undefined {
  const host = state.host(uuid)
  if (host === undefined) throw new Error(`a charge names host ${uuid}, which is unknown`)
  const [first] = state.charges(uuid)
  if (first === undefined) return undefined
  const uptimeMs = first.clockMs + host.liveness.silentMs
  const comes = uptimeMs <= silentFromMs(host, state.genesis.parameters)
  return comes ? { uptimeMs, machine: first.machine } : undefined
}
