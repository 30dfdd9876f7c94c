/** The people of the first run; each has a node, a home directory and a password of its own. */
export interface Participant {
  readonly name: string
  readonly role: 'coordinator' | 'provider' | 'buyer' | 'observer'
}

/** They keep the ledger; the first one makes the network. */
export const COORDINATORS = ['judy', 'kate', 'liam', 'mona'] as const
export const FIRST_COORDINATOR = 'judy'
/** Is killed in passing, and comes back. */
export const LOST_COORDINATOR = 'liam'
export const CHEAP_PROVIDER = 'alex'
export const DEAR_PROVIDER = 'peter'
export const BUYER = 'buyer'
export const OBSERVER = 'observer'

/** The first coordinator comes first: the others find the network through it. */
export const PARTICIPANTS: readonly Participant[] = [
  ...COORDINATORS.map(name => ({ name, role: 'coordinator' as const })),
  { name: CHEAP_PROVIDER, role: 'provider' },
  { name: DEAR_PROVIDER, role: 'provider' },
  { name: BUYER, role: 'buyer' },
  { name: OBSERVER, role: 'observer' }
]

export interface Host {
  readonly owner: string
  readonly name: string
  /** Flags of `virtuoso host add`: rows virt17 and virt13 of figure 33 in the 2004 text. */
  readonly prices: readonly string[]
}

export const CHEAP_HOST: Host = {
  owner: CHEAP_PROVIDER,
  name: 'virt17',
  prices: ['--speed-price', '0.0000001', '--memory-price', '0.00000001', '--storage-price', '0.1']
}

export const DEAR_HOST: Host = {
  owner: DEAR_PROVIDER,
  name: 'virt13',
  prices: ['--speed-price', '0.00001', '--memory-price', '0.000001', '--storage-price', '0.1']
}

export const HOSTS: readonly Host[] = [CHEAP_HOST, DEAR_HOST]

/** What each host offers of this computer; small, so that the run fits anywhere. */
export const HOST_TOTALS: readonly string[] = [
  '--speed',
  '4000',
  '--memory',
  '512',
  '--storage',
  '1000'
]

export const MACHINE = 'web1'
export const CONFIGURATION = 'debian-mini'
