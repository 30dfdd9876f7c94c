import type { Command, Flag, Positional } from '../../cli/index.ts'

const MACHINE: Positional = { name: 'MACHINE', summary: 'name, UUID or unique prefix' }

const SHAPE: readonly Flag[] = [
  { name: 'bid-storage', value: 'DOLLARS', summary: 'most you pay for storage per 30 days' },
  { name: 'bid-running', value: 'DOLLARS', summary: 'most you pay for running per hour' },
  {
    name: 'speed',
    value: 'BOGOMIPS',
    summary: 'speed, when it shall differ from the configuration'
  },
  { name: 'memory', value: 'MB', summary: 'memory, when it shall differ' },
  { name: 'storage', value: 'MB', summary: 'disk, when it shall differ' }
]

const SPEND_LIMIT: Flag = {
  name: 'spend-limit',
  value: 'DOLLARS',
  summary: 'most that running may cost from now on; the machine is suspended when it is reached'
}

const DESTINATION: readonly Flag[] = [
  { name: 'host', value: 'HOST', summary: 'host to use: name, UUID or unique prefix' },
  { name: 'cheapest', summary: 'the host with the lowest price among those that fit' }
]

export const MACHINE_COMMANDS: readonly Command[] = [
  {
    path: ['machine', 'create'],
    summary: 'register a machine of a configuration with a bid',
    positionals: [
      { name: 'CONFIGURATION', summary: 'one of `virtuoso market browse`, such as debian-mini' }
    ],
    flags: [
      {
        name: 'name',
        value: 'NAME',
        summary: 'name of the machine (default that of its configuration)'
      },
      ...SHAPE
    ],
    load: async () => (await import('./create.ts')).createMachine
  },
  {
    path: ['machine', 'list'],
    aliases: [['machine', 'ls'], ['ls']],
    summary: 'your machines: state, version, where they are, what they cost',
    flags: [{ name: 'all', summary: 'the machines of every owner' }],
    load: async () => (await import('./list.ts')).listMachines
  },
  {
    path: ['machine', 'show'],
    summary: 'one machine in full, and what can be done with it now',
    positionals: [MACHINE],
    load: async () => (await import('./show.ts')).showMachine
  },
  {
    path: ['machine', 'edit'],
    summary: 'change a machine that is registered and not stored yet',
    positionals: [MACHINE],
    flags: [{ name: 'name', value: 'NAME', summary: 'new name' }, ...SHAPE],
    load: async () => (await import('./edit.ts')).editMachine
  },
  {
    path: ['machine', 'discard'],
    summary: 'forget a machine that is registered and not stored yet',
    positionals: [MACHINE],
    load: async () => (await import('./discard.ts')).discardMachine
  },
  {
    path: ['machine', 'search'],
    summary: 'the providers that fit a machine, why, and at what price per period',
    details:
      'An empty result says which constraint failed most often and the nearest price that would have matched.',
    positionals: [{ ...MACHINE, optional: true }],
    flags: [
      {
        name: 'configuration',
        value: 'CONFIGURATION',
        summary: 'search for a configuration that is not registered yet'
      },
      { name: 'bid-storage', value: 'DOLLARS', summary: 'most you pay for storage per 30 days' },
      { name: 'bid-running', value: 'DOLLARS', summary: 'most you pay for running per hour' },
      { name: 'move', summary: 'only hosts the machine can move to, with the methods of each' },
      { name: 'explain', summary: 'also the hosts that do not fit, and why' }
    ],
    load: async () => (await import('./search.ts')).searchHosts
  },
  {
    path: ['machine', 'store'],
    summary: 'have a provider prepare the machine; the first storage period is charged',
    positionals: [MACHINE],
    flags: DESTINATION,
    load: async () => (await import('./store.ts')).storeMachine
  },
  {
    path: ['machine', 'start'],
    summary: 'boot a stored or stopped machine',
    positionals: [MACHINE],
    flags: [SPEND_LIMIT],
    load: async () => (await import('./order.ts')).startMachine
  },
  {
    path: ['machine', 'stop'],
    summary: 'power a machine down',
    positionals: [MACHINE],
    load: async () => (await import('./order.ts')).stopMachine
  },
  {
    path: ['machine', 'suspend'],
    summary: 'memory to disk; running is no longer charged',
    positionals: [MACHINE],
    load: async () => (await import('./order.ts')).suspendMachine
  },
  {
    path: ['machine', 'resume'],
    summary: 'let a suspended machine go on where it was',
    positionals: [MACHINE],
    flags: [SPEND_LIMIT],
    load: async () => (await import('./order.ts')).resumeMachine
  },
  {
    path: ['machine', 'move'],
    aliases: [['machine', 'mv'], ['machine', 'migrate'], ['mv'], ['migrate']],
    summary: 'move a stopped or suspended machine to another provider',
    positionals: [MACHINE],
    flags: [
      ...DESTINATION,
      { name: 'method', value: 'METHOD', summary: 'how the bytes travel, such as SCP' }
    ],
    load: async () => (await import('./move.ts')).moveMachine
  },
  {
    path: ['machine', 'migrationstatus'],
    summary: 'how far a move is: step, bytes, rate, time left, deadline',
    positionals: [MACHINE],
    load: async () => (await import('./past.ts')).showMigrationStatus
  },
  {
    path: ['machine', 'history'],
    summary: 'every version with its content root, its holder and its time',
    positionals: [MACHINE],
    load: async () => (await import('./past.ts')).showHistory
  },
  {
    path: ['machine', 'purge'],
    summary: 'have older versions removed where the machine was before',
    details: [
      'After a move a host keeps the version that left, so that a machine that comes back brings only what changed, and',
      'so that it can be claimed for a time if its new host is lost. Who purges gives up both.'
    ].join('\n'),
    positionals: [MACHINE],
    flags: [{ name: 'host', value: 'HOST', summary: 'at this host only' }],
    load: async () => (await import('./purge.ts')).purgeMachine
  },
  {
    path: ['machine', 'vouch'],
    summary: 'end a move whose origin does not confirm it, by your own word',
    details: [
      'A destination that has every byte, as its own check against the ledger says, needs a receipt of the origin. Where',
      'the origin signs none it waits, which `machine migrationstatus` tells, for you to sign in its place. You then say',
      'that what lies at the destination is your machine, and nobody else does: do so only if you trust the destination.',
      '`operation cancel` calls the move off instead.'
    ].join('\n'),
    positionals: [MACHINE],
    load: async () => (await import('./vouch.ts')).vouchForMachine
  },
  {
    path: ['machine', 'delete'],
    aliases: [['machine', 'rm'], ['rm']],
    summary: 'have the provider destroy the machine and its disk',
    positionals: [MACHINE],
    load: async () => (await import('./delete.ts')).deleteMachine
  },
  {
    path: ['machine', 'raise-limit'],
    summary: 'let a running machine spend more; one that was halted goes on',
    details: [
      'The new limit counts from when the machine was started: it has to be higher than the old one, and to cover',
      'what is spent and the next running period. A machine that is suspended already is resumed with a new limit.'
    ].join('\n'),
    positionals: [MACHINE],
    flags: [SPEND_LIMIT],
    load: async () => (await import('./leave.ts')).raiseLimit
  },
  {
    path: ['machine', 'release'],
    summary: 'stop a machine on the ledger at once, without a word of its host',
    details: [
      'For a host that does not answer: running costs nothing more from now on. The machine can be started or moved',
      'again when its host is back and has said what the disk is now; what was only in its memory is lost.'
    ].join('\n'),
    positionals: [MACHINE],
    load: async () => (await import('./leave.ts')).releaseMachine
  },
  {
    path: ['machine', 'release-contract'],
    summary: 'end the contract with the host at once; what it stores is destroyed',
    details:
      'The machine is registered again, with its name and bid. Storage that is owed is paid first.',
    positionals: [MACHINE],
    load: async () => (await import('./leave.ts')).releaseContract
  },
  {
    path: ['machine', 'declare-lost'],
    summary: 'give a machine up with its host, which is gone',
    details: [
      'The machine is registered again and can be stored elsewhere, empty. A running one counts as lost when its host',
      'has been silent for two leases; any other may be given up at any time. Nothing is paid back. A host that the',
      'machine was moved from, and that still has what left, can go on with it: --heir.'
    ].join('\n'),
    positionals: [MACHINE],
    flags: [{ name: 'heir', value: 'HOST', summary: 'a former host that goes on with its copy' }],
    load: async () => (await import('./leave.ts')).declareLost
  },
  {
    path: ['machine', 'console'],
    aliases: [['console']],
    summary: 'the serial console of a running machine',
    details: [
      'On a terminal the keys go to the machine; Ctrl-] leaves. In a pipe what arrives is printed,',
      'until --until is seen (exit code 0), or --seconds are over (0 without --until, 6 with it).'
    ].join('\n'),
    positionals: [MACHINE],
    flags: [
      { name: 'type', short: 't', value: 'serial', summary: 'kind of console (default serial)' },
      {
        name: 'send',
        value: 'TEXT',
        summary: 'type TEXT first; \\n, \\r, \\t and \\xNN are understood'
      },
      { name: 'until', value: 'TEXT', summary: 'leave when TEXT has been printed' },
      { name: 'seconds', value: 'N', summary: 'leave after N seconds' }
    ],
    load: async () => (await import('./console.ts')).openConsole
  },
  {
    path: ['machine', 'wait'],
    summary: 'wait until a machine is in a state',
    positionals: [MACHINE],
    flags: [{ name: 'for', value: 'STATE', summary: 'such as running, suspended, stopped' }],
    load: async () => (await import('./wait.ts')).waitForMachine
  }
]
