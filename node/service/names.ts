import type { HostRecord, MachineRecord, StateReader } from '../../ledger/index.ts'
import { refuse } from './refuse.ts'

/**
 * Finds one of `candidates` by exact name, UUID, or unique beginning of either. An ambiguous beginning is
 * refused with the candidates' names rather than guessed.
 */
export function findByName<T extends { readonly uuid: string }>(
  kind: string,
  wanted: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => string,
  listing: string = `virtuoso ${kind} list`
): T {
  const exact = candidates.filter(each => each.uuid === wanted || nameOf(each) === wanted)
  const found =
    exact.length > 0
      ? exact
      : candidates.filter(
          each => each.uuid.startsWith(wanted.toLowerCase()) || nameOf(each).startsWith(wanted)
        )
  const [first] = found
  if (first === undefined || wanted === '') {
    throw refuse('NOT_FOUND', 'not-found', `no ${kind} is called "${wanted}"`, listing)
  }
  if (found.length > 1) {
    const names = found.slice(0, 5).map(each => `${nameOf(each)} (${each.uuid.slice(0, 8)})`)
    throw refuse(
      'AMBIGUOUS',
      'not-found',
      `"${wanted}" could be ${found.length} ${kind}s: ${names.join(', ')}`,
      'give more of the name, or the UUID'
    )
  }
  return first
}

/**
 * A machine the account may act on. Somebody else's machine is found by its full UUID so that the refusal
 * says what is wrong: it is not theirs (2004 text, 6.1.4).
 */
export function ownMachine(state: StateReader, account: string, wanted: string): MachineRecord {
  const stranger = state.machine(wanted)
  if (stranger !== undefined && stranger.owner !== account) {
    const owner = state.account(stranger.owner)?.name ?? stranger.owner
    throw refuse(
      'NOT_OWNER',
      'denied',
      `machine ${wanted} belongs to ${owner}, not to you`,
      'virtuoso machine list'
    )
  }
  return findByName(
    'machine',
    wanted,
    [...state.machines(account)],
    each => each.configuration.name
  )
}

export function anyHost(state: StateReader, wanted: string): HostRecord {
  return findByName('host', wanted, [...state.hosts()], each => each.name)
}
