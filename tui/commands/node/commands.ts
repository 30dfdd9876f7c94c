import type { Command } from '../../cli/index.ts'
import { PASSWORD_FLAG } from '../identity/index.ts'

export const NODE_COMMANDS: readonly Command[] = [
  {
    path: ['node', 'init'],
    summary: 'make a node: its keys, its configuration, the network it belongs to',
    details: [
      'Give the --genesis file of the network to join, or --dev-genesis to begin a network of your own,',
      'on which every new account is granted money. Keys that are there already are used.'
    ].join('\n'),
    flags: [
      { name: 'name', value: 'NAME', summary: 'shown in logs and status (default the first role)' },
      {
        name: 'role',
        value: 'ROLE',
        multiple: true,
        summary: 'buyer, provider, coordinator or observer (default buyer)'
      },
      {
        name: 'ledger',
        value: 'light|full',
        summary:
          'light: proves what it reads; full: executes every block (default light for a buyer, else full)'
      },
      {
        name: 'listen',
        value: 'MULTIADDR',
        multiple: true,
        summary: 'where other nodes reach it (default /ip4/0.0.0.0/tcp/7144)'
      },
      {
        name: 'bootstrap',
        value: 'MULTIADDR',
        multiple: true,
        summary: 'a node of the network, with its /p2p/ part, to find the others by'
      },
      { name: 'genesis', value: 'FILE', summary: 'genesis file of the network to join' },
      { name: 'dev-genesis', summary: 'begin a development network with this node as coordinator' },
      {
        name: 'coordinator',
        value: 'NAME=KEY',
        multiple: true,
        summary:
          'another coordinator of the new network, by its node key: none, three or six of them'
      },
      {
        name: 'epoch-blocks',
        value: 'N',
        summary:
          'blocks between elections on the new network (default 1000; 0: its coordinators stay)'
      },
      {
        name: 'accelerator',
        value: 'auto|kvm|tcg',
        summary: 'how machines are run; auto boots a probe (default auto)'
      },
      PASSWORD_FLAG
    ],
    load: async () => (await import('./init.ts')).initialize
  },
  {
    path: ['node', 'run'],
    summary: 'run the node in the foreground, until Ctrl-C or `virtuoso node stop`',
    details:
      'VIRTUOSO_IMAGES names the folder of preconfigured images, else `images` in the data directory.',
    flags: [PASSWORD_FLAG],
    load: async () => (await import('./run.ts')).runInForeground
  },
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
