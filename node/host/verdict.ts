/**
 * What a host owes a machine without an order, from what the ledger says and what the guest does:
 *
 *   ours, started    down: it fell; held: let it go; halted: suspend it; suspended all the same: resume it
 *   ours, but written down as an older version: write it down as ours (its owner declared another host lost)
 *   ours, at rest    up: end it (its owner released it); not sealed at this version: seal it
 *   ours, grace over evict it
 *   not ours         up: end it; written down as ours, or held by nobody: put its files away
 *
 * Every block is a reason to ask again, so one answer at a time is enough.
 */
import { graceEndsMs, isResting, type MachineRecord, type Uuid } from '../../ledger/index.ts'
import type { VmmStatus } from '../vmm/index.ts'

export type Verdict =
  | 'nothing'
  | 'fell'
  | 'let-go'
  | 'resume'
  | 'suspend'
  | 'end'
  | 'seal'
  | 'evict'
  | 'put-away'
  | 'take-up'

export interface Findings {
  readonly host: Uuid
  /** undefined: the ledger knows no such machine. */
  readonly machine: MachineRecord | undefined
  readonly status: VmmStatus
  /** What this host has written down of the files that lie here; null: nothing. */
  readonly role: 'holder' | 'cached' | null
  /** It is on its way here, and what lies in its place is the move's. */
  readonly arriving: boolean
  readonly leaseHeld: boolean
  /** The ledger's. */
  readonly timeMs: number
  readonly graceMs: number
}

export function judgeGuest(findings: Findings): Verdict {
  const { machine, host, status } = findings
  if (machine?.holder !== host) return judgeStranger(findings)
  if (findings.role === 'cached') return 'take-up'
  if (isGraceOver(machine, findings)) return 'evict'
  if (machine.state === 'started') return judgeStarted(machine, findings)
  if (!isResting(machine.state)) return 'nothing'
  if (isUp(status)) return 'end'
  if (machine.sealed?.version === machine.version) return 'nothing'
  // Its owner released it when its memory was on its way to the disk: what is stopped has none.
  if (machine.state === 'stopped' && status === 'suspended') return 'end'
  return status === 'absent' ? 'nothing' : 'seal'
}

function judgeStranger({ machine, status, role, arriving }: Findings): Verdict {
  if (arriving) return 'nothing'
  if (isUp(status)) return 'end'
  if (role === 'holder') return 'put-away'
  // An older version is worth keeping as long as somebody holds a newer one.
  return role === 'cached' && (machine?.holder ?? null) === null ? 'put-away' : 'nothing'
}

function judgeStarted({ billing }: MachineRecord, { status, leaseHeld }: Findings): Verdict {
  if (status === 'down') return 'fell'
  if (status === 'held') return leaseHeld ? 'let-go' : 'nothing'
  if (billing.halt !== null) return 'suspend'
  // The limit was raised while the memory was on its way to the disk: it is paid for again.
  return status === 'suspended' && leaseHeld ? 'resume' : 'nothing'
}

function isGraceOver(machine: MachineRecord, { timeMs, graceMs }: Findings): boolean {
  const endsMs = graceEndsMs(machine, graceMs)
  // One that moves away is gone by itself, and the ledger refuses to evict one that runs.
  return endsMs !== null && timeMs >= endsMs && isResting(machine.state)
}

function isUp(status: VmmStatus): boolean {
  return status === 'running' || status === 'held'
}
