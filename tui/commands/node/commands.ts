import type { Command } from '../../cli/index.ts'

export const NODE_COMMANDS: readonly Command[] = [
  {
    path: ['node', 'status'],
    summary: 'who this node is, what it does, how far its ledger is',
    load: async () => (await import('./status.ts')).showStatus
  },
  {
    path: ['node', 'peers'],
    summary: 'the nodes it is connected to',
    load: async () => (await import('./peers.ts')).listPeers
  },
  {
    path: ['node', 'stop'],
    summary: 'end the node; its machines keep running',
    load: async () => (await import('./stop.ts')).stopNode
  }
]
