import type { Context } from './context.ts'

/** One entry of the table of commands. The table is data; what a command does is loaded when it is run. */
export interface Command {
  /** The words that name it: `['machine', 'create']`. */
  readonly path: readonly string[]
  /** Other words for the same thing. */
  readonly aliases?: readonly (readonly string[])[]
  /** One line for the list of commands. */
  readonly summary: string
  /** What a person needs to know before using it; shown by `--help`. */
  readonly details?: string
  readonly positionals?: readonly Positional[]
  readonly flags?: readonly Flag[]
  readonly load: () => Promise<Action>
}

/** Does the work. Resolves with nothing (exit code 0) or an exit code of its own; rejects with what went wrong. */
export type Action = (context: Context) => Promise<void> | Promise<number>

export interface Positional {
  readonly name: string
  readonly optional?: boolean
  /** The last one may stand for any number of words. */
  readonly multiple?: boolean
  readonly summary: string
}

export interface Flag {
  /** Without dashes. */
  readonly name: string
  readonly short?: string
  /** What stands for the value in help; absent when the flag takes none. */
  readonly value?: string
  /** May be given more than once. */
  readonly multiple?: boolean
  readonly summary: string
}

/** Understood by every command, before or after its words. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  {
    name: 'data',
    value: 'DIR',
    summary: 'data directory of the node (else VIRTUOSO_HOME, else the XDG data directory)'
  },
  { name: 'json', summary: 'results and errors as JSON; the same as --format json' },
  { name: 'format', value: 'table|json', summary: 'how results are printed (default table)' },
  { name: 'quiet', summary: 'no progress and no notes on stderr' },
  { name: 'verbose', short: 'v', summary: 'the cause of an error too, with its stack' },
  { name: 'no-color', summary: 'no colours (NO_COLOR does the same)' },
  { name: 'yes', summary: 'do not ask before something that cannot be undone' },
  { name: 'timeout', value: 'SECONDS', summary: 'give up waiting after so long; exit code 6' },
  { name: 'wait', summary: 'wait until an operation has ended (the default)' },
  { name: 'no-wait', summary: 'print the operation and return at once' },
  { name: 'help', short: 'h', summary: 'how to use the command' },
  { name: 'version', summary: 'the version of this program' }
]

export function commandName(command: Command): string {
  return command.path.join(' ')
}
