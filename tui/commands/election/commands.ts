import type { Command } from '../../cli/index.ts'

const NAME_AT_LEAST =
  'Name everybody you would trust, at least as many as there are seats: weight that a winner does not need goes on to the others you name, and is lost where you name nobody else.'

export const ELECTION_COMMANDS: readonly Command[] = [
  {
    path: ['election', 'show'],
    summary: 'who coordinates the ledger until when, who stands, and what the votes would give now',
    load: async () => (await import('./show.ts')).showElection
  },
  {
    path: ['vote'],
    summary: 'cast the ballot of your account, weighted by its balance when votes are counted',
    details: `It stands until you change it. ${NAME_AT_LEAST} Vote for nodes that are online: a set that is not there stops the ledger. With --none your ballot is taken away.`,
    positionals: [
      { name: 'NAME', optional: true, multiple: true, summary: 'candidates, up to 16 of them' }
    ],
    flags: [{ name: 'none', summary: 'no ballot any more' }],
    load: async () => (await import('./vote.ts')).castVote
  },
  {
    path: ['coordinator', 'stand'],
    summary: 'stand for election with the key of this node; locks a bond up',
    details:
      'The bond comes back when you withdraw, two epochs after the last one in which this node coordinated. It is lost if the node ever signs two contradicting votes: never run two nodes with one key.',
    flags: [
      {
        name: 'address',
        value: 'MULTIADDR',
        multiple: true,
        summary: 'where this node is reached (default: where it listens)'
      }
    ],
    load: async () => (await import('./candidacy.ts')).stand
  },
  {
    path: ['coordinator', 'withdraw'],
    summary: 'stand no more; a term that has begun is served to its end',
    load: async () => (await import('./candidacy.ts')).withdraw
  }
]
