import type { Uuid } from '../../ledger/index.ts'
import { VmmError, type VmmStatus } from './vmm.ts'

/** What can be asked of one machine. The states are drawn at `Vmm`. */
export type Verb =
  | 'create'
  | 'prepareStart'
  | 'prepareResume'
  | 'go'
  | 'hold'
  | 'abandon'
  | 'stop'
  | 'suspend'
  | 'delete'
  | 'console'
  | 'content'
  | 'receive'
  | 'stamp'
  | 'sealed'

const ALLOWED_FROM: Readonly<Record<Verb, readonly VmmStatus[]>> = {
  create: ['absent'],
  prepareStart: ['down'],
  prepareResume: ['suspended'],
  go: ['held'],
  hold: ['running'],
  abandon: ['held', 'running'],
  stop: ['held', 'running'],
  suspend: ['running'],
  delete: ['down', 'suspended'],
  console: ['held', 'running'],
  content: ['down', 'suspended'],
  receive: ['absent', 'down', 'suspended'],
  stamp: ['down', 'suspended'],
  sealed: ['down', 'suspended']
}

/** Throws EXISTS, ABSENT or WRONG_STATUS when a machine in this status cannot do what is asked. */
export function requireAllowed(verb: Verb, machine: Uuid, status: VmmStatus): void {
  const allowed = ALLOWED_FROM[verb]
  if (allowed.includes(status)) return
  if (verb === 'create') throw new VmmError('EXISTS', `Machine ${machine} is already here.`)
  if (status === 'absent') throw absent(machine)
  throw new VmmError(
    'WRONG_STATUS',
    `Machine ${machine} is ${status}; ${verb} needs it ${allowed.join(' or ')}.`
  )
}

export function absent(machine: Uuid): VmmError {
  return new VmmError('ABSENT', `Machine ${machine} is not on this host.`)
}

/** A machine whose contents are being read or replaced cannot start, move or go away underneath. */
export function requireUnread(verb: Verb, machine: Uuid, readers: number): void {
  if (readers === 0) return
  throw new VmmError(
    'WRONG_STATUS',
    `Machine ${machine} has ${readers} open readers of its contents; close them before ${verb}.`
  )
}
