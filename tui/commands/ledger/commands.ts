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
    path: ['ledger', 'export'],
    summary: 'write the blocks of the ledger to a file that anybody can check',
    details:
      'A file from height 1 on can be audited without a node. A ledger may be cut into several files that follow each other.',
    positionals: [{ name: 'FILE', summary: 'the file to make; - is the standard output' }],
    flags: [
      { name: 'from', value: 'HEIGHT', summary: 'the first block (default 1)' },
      { name: 'to', value: 'HEIGHT', summary: 'the last block (default the newest)' },
      { name: 'peer', value: 'PEER', summary: 'the ledger that a peer serves, by its PeerId' }
    ],
    load: async () => (await import('./export.ts')).exportBlocks
  },
  {
    path: ['ledger', 'checkpoint'],
    summary: 'the ledger up to now in a few lines, for witnesses to cosign',
    flags: [
      { name: 'height', value: 'HEIGHT', summary: 'the last block (default the newest)' },
      { name: 'out', value: 'FILE', summary: 'the file to make (default the standard output)' }
    ],
    load: async () => (await import('./checkpoint.ts')).makeCheckpoint
  },
  {
    path: ['ledger', 'cosign'],
    summary: 'as a witness, put the name of this node under a checkpoint',
    details:
      'Refused where the checkpoint contradicts the ledger of this node, or one that it has cosigned before.',
    positionals: [{ name: 'FILE', summary: 'the checkpoint; the cosignature is added to it' }],
    flags: [{ name: 'out', value: 'FILE', summary: 'another file to write it to' }],
    load: async () => (await import('./checkpoint.ts')).cosign
  },
  {
    path: ['audit'],
    summary: 'replay the ledger from its genesis and check every invariant',
    details:
      'Ends with exit code 1 when something is wrong: its height, its part and its code are told.',
    flags: [
      {
        name: 'file',
        value: 'FILE',
        multiple: true,
        summary: 'an exported file instead of the ledger of the node; several in their order'
      },
      { name: 'peer', value: 'PEER', summary: 'the ledger that a peer serves, by its PeerId' },
      { name: 'account', value: 'NAME', summary: 'also the past of one account, with proofs' },
      {
        name: 'checkpoint',
        value: 'HASH|FILE',
        summary: 'a block that is trusted; signatures are checked behind it only'
      },
      {
        name: 'witness',
        value: 'PEER',
        multiple: true,
        summary: 'who must have cosigned the checkpoint FILE, by PeerId or key'
      },
      { name: 'witnesses', value: 'N', summary: 'how many of them are enough (default all)' }
    ],
    load: async () => (await import('./audit.ts')).audit
  }
]
