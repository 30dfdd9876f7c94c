import type { Command } from '../../cli/index.ts'

export const ACCOUNT_COMMANDS: readonly Command[] = [
  {
    path: ['account', 'open'],
    summary: 'open an account on the ledger under a unique user name',
    details: 'On a development network the account starts with the money its genesis grants.',
    positionals: [{ name: 'NAME', summary: 'user name; letters, digits, - and _' }],
    flags: [{ name: 'kind', value: 'buyer|provider', summary: 'what the account is for' }],
    load: async () => (await import('./open.ts')).openAccount
  },
  {
    path: ['account', 'show'],
    summary: 'balance, what each machine costs, when it is debited next, income',
    positionals: [
      { name: 'ACCOUNT', optional: true, summary: 'name or id; default the account of this node' }
    ],
    load: async () => (await import('./show.ts')).showAccount
  },
  {
    path: ['account', 'issue'],
    summary: 'new money for an account; only the account that the genesis names as issuer may',
    details: 'What is issued has a vote in elections after two epochs.',
    positionals: [
      { name: 'ACCOUNT', summary: 'name or id' },
      { name: 'DOLLARS', summary: 'how much' }
    ],
    load: async () => (await import('./issue.ts')).issueMoney
  }
]
