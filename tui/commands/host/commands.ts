import type { Command, Positional } from '../../cli/index.ts'

const GUEST: Positional = {
  name: 'MACHINE',
  summary: 'on this host: name, UUID or unique prefix (see `virtuoso host list`)'
}

const PRICE_DETAILS = [
  'Prices follow the 2004 text: memory and speed are paid per second while a machine runs, storage per day.',
  'A fraction of a unit is charged as a fraction. The defaults are the prices of its figure 33.'
].join('\n')

export const HOST_COMMANDS: readonly Command[] = [
  {
    path: ['host', 'facts'],
    summary: 'what this computer has to offer: processor, speed, memory, disk, accelerator',
    load: async () => (await import('./facts.ts')).showFacts
  },
  {
    path: ['host', 'add'],
    summary: 'offer this computer on the market',
    details: PRICE_DETAILS,
    positionals: [
      { name: 'NAME', optional: true, summary: 'name of the host; default what `host facts` reads' }
    ],
    flags: [
      {
        name: 'speed-price',
        value: 'DOLLARS',
        summary: 'per second per speed unit (default 0.0000001)'
      },
      {
        name: 'speed-unit',
        value: 'BOGOMIPS',
        summary: 'chunk of speed that is priced (default 1000)'
      },
      {
        name: 'memory-price',
        value: 'DOLLARS',
        summary: 'per second per memory unit (default 0.00000001)'
      },
      { name: 'memory-unit', value: 'MB', summary: 'chunk of memory that is priced (default 4)' },
      {
        name: 'storage-price',
        value: 'DOLLARS',
        summary: 'per day per storage unit (default 0.1)'
      },
      {
        name: 'storage-unit',
        value: 'MB',
        summary: 'chunk of storage that is priced (default 100)'
      },
      {
        name: 'running-period',
        value: 'SECONDS',
        summary: 'running is charged for so long at a time, 60 to 86400 (default 3600)'
      },
      {
        name: 'storage-period',
        value: 'DAYS',
        summary: 'storage is charged for so long at a time, 1 to 31 (default 30)'
      },
      { name: 'speed', value: 'BOGOMIPS', summary: 'speed on offer (default all that is read)' },
      { name: 'memory', value: 'MB', summary: 'memory on offer (default all that is read)' },
      { name: 'storage', value: 'MB', summary: 'storage on offer (default all that is read)' },
      { name: 'connect-speed', value: 'TEXT', summary: 'as shown to buyers, such as 1GB' }
    ],
    load: async () => (await import('./add.ts')).addHost
  },
  {
    path: ['host', 'list'],
    summary: 'the hosts of this node, what is reserved, the machines they hold',
    load: async () => (await import('./list.ts')).listHosts
  },
  {
    path: ['host', 'give-notice'],
    summary: 'end a contract in good time: the owner has the grace to fetch the machine',
    details: 'When the grace is over the host evicts the machine, unless it runs.',
    positionals: [GUEST],
    load: async () => (await import('./guest.ts')).giveNotice
  },
  {
    path: ['host', 'evict'],
    summary: 'put a machine out whose grace is over, with its disk',
    details: [
      'The grace begins with notice, or with storage that could not be paid. A node that runs evicts by itself',
      'when it is over.'
    ].join('\n'),
    positionals: [GUEST],
    load: async () => (await import('./guest.ts')).evict
  },
  {
    path: ['host', 'cached'],
    summary: 'the older versions kept of machines that moved away, and the space for them',
    details: [
      'A machine that comes back brings only what differs from such a version. They are kept within `limits.cachedMb`',
      'of node.json; the least useful goes first, and also when a new machine needs the space.'
    ].join('\n'),
    load: async () => (await import('./cached.ts')).listCached
  },
  {
    path: ['host', 'drop-cached'],
    summary: 'remove an older version that is not needed',
    positionals: [
      { name: 'MACHINE', summary: 'name, UUID or unique prefix (see `virtuoso host cached`)' }
    ],
    load: async () => (await import('./cached.ts')).dropCached
  }
]
