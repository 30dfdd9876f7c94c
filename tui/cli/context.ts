import type { Output as Answer, Input, Method, NodeClient } from '../../node/client.ts'
import type { FlagValues } from './flag-values.ts'
import type { Output, Sink } from './output.ts'

/** Where the program runs: everything that a test replaces. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Pick<NodeJS.ReadableStream, 'on' | 'off' | 'resume' | 'pause'> & {
    readonly isTTY?: boolean
    setRawMode?(raw: boolean): unknown
  }
  readonly stdout: Sink
  readonly stderr: Sink
  connect(options: { readonly dir: string }): Promise<NodeClient>
  /** Calls back at SIGINT, SIGTERM or SIGHUP; returns the unsubscribe. */
  onInterrupt(listener: () => void): () => void
}

/** What a command is given. */
export interface Context {
  readonly world: World
  readonly output: Output
  /** Data directory of the node. */
  readonly dir: string
  readonly positionals: readonly string[]
  readonly flags: FlagValues
  /** False with `--no-wait`. */
  readonly wait: boolean
  /** Aborted when `--timeout` runs out. */
  readonly signal: AbortSignal
  client(): Promise<NodeClient>
  call<M extends Method>(method: M, input: Input<M>): Promise<Answer<M>>
}

/** The n-th argument; the table of commands says which are there. */
export function positional(context: Context, at: number): string {
  const word = context.positionals[at]
  if (word === undefined) throw new Error(`the table of commands promises an argument ${at}`)
  return word
}
