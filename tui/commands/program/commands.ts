import type { Command } from '../../cli/index.ts'

export const PROGRAM_COMMANDS: readonly Command[] = [
  {
    path: ['events'],
    summary: 'the event log of the node',
    flags: [
      { name: 'follow', short: 'f', summary: 'go on with new events until interrupted' },
      { name: 'from', value: 'SEQUENCE', summary: 'begin with this event (default 0)' }
    ],
    load: async () => (await import('./events.ts')).showEvents
  },
  {
    path: ['doctor'],
    summary: 'what is wrong on this computer and how to mend it',
    load: async () => (await import('./doctor.ts')).examine
  },
  {
    path: ['ui'],
    summary: 'the terminal UI',
    load: async () => (await import('./ui.ts')).openUi
  }
]
