import type { Command } from '../../cli/index.ts'

export const LEDGER_COMMANDS: readonly Command[] = [
  {
    path: ['ledger', 'head'],
    summary: 'the newest block this node holds',
    load: async () => (await import('./head.ts')).showHead
  },
  {
    path: ['ledger', 'fees'],
    summary: 'what transactions cost on this network, and what coordinators earn by them',
    load: async () => (await import('./fees.ts')).showFees
  },
  {
    path: ['ledger', 'collect-fees'],
    summary: "a coordinator's part of the fees, to the account of its node",
    load: async () => (await import('./fees.ts')).collectFees
  },
  {
    path: ['audit'],
    summary: 'replay the ledger from its genesis and check every invariant',
    details: 'Ends with exit code 1 when an invariant does not hold.',
    load: async () => (await import('./audit.ts')).audit
  }
]
