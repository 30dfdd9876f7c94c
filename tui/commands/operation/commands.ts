import type { Command, Positional } from '../../cli/index.ts'

const OPERATION: Positional = { name: 'OPERATION', summary: 'id, or a unique prefix of it' }

export const OPERATION_COMMANDS: readonly Command[] = [
  {
    path: ['operation', 'list'],
    summary: 'long work of this node: running and ended',
    load: async () => (await import('./list.ts')).listOperations
  },
  {
    path: ['operation', 'show'],
    summary: 'one operation with its steps',
    positionals: [OPERATION],
    load: async () => (await import('./show.ts')).showOperation
  },
  {
    path: ['operation', 'watch'],
    summary: 'wait for the end of an operation with its progress',
    positionals: [OPERATION],
    load: async () => (await import('./watch.ts')).watchOperation
  },
  {
    path: ['operation', 'cancel'],
    summary: 'cancel an operation; what it did so far is undone',
    positionals: [OPERATION],
    load: async () => (await import('./cancel.ts')).cancelOperation
  }
]
