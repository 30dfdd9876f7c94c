import type { Command } from '../../cli/index.ts'
import { PASSWORD_FLAG } from './password-flag.ts'

export const IDENTITY_COMMANDS: readonly Command[] = [
  {
    path: ['id', 'new'],
    summary: 'make the keys of this node: the account that pays and the node that speaks',
    details: [
      'Both are encrypted on disk by a password of at least 8 characters. It is taken from --password-file,',
      'else from VIRTUOSO_PASSWORD, else asked for twice on the terminal. There is no way to recover it.'
    ].join('\n'),
    flags: [PASSWORD_FLAG],
    load: async () => (await import('./new.ts')).newIdentity
  },
  {
    path: ['id', 'show'],
    summary: 'the public keys of this node; needs no password',
    load: async () => (await import('./show.ts')).showIdentity
  }
]
