import { join } from 'node:path'
import type { Say } from './check.ts'
import type { Daemon } from './daemon.ts'
import type { Figures } from './figures.ts'
import type { Shell } from './shell.ts'

/** Everything a step works with. */
export interface Scene {
  readonly dir: string
  /** Compiled entry of the `virtuoso` command. */
  readonly program: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly shell: Shell
  readonly figures: Figures
  readonly say: Say
  /** Nodes that run, in the order in which they were started. */
  readonly daemons: Map<string, Daemon>
  readonly seen: Seen
}

/** What one step saw and a later one compares with. */
export interface Seen {
  /** Balance of each account before anything was bought. */
  balances: Map<string, string>
  /** Last number the guest printed before it was suspended. */
  counter: number
  /** Version and content root when the machine was suspended. */
  suspendedVersion: number
  root: string | null
}

export interface Step {
  readonly title: string
  readonly run: (scene: Scene) => Promise<void>
}

export function dirOf(dir: string, user: string): string {
  return join(dir, user)
}

export function logOf(dir: string, user: string): string {
  return join(dir, `${user}.log`)
}

export function nothingSeen(): Seen {
  return { balances: new Map(), counter: 0, suspendedVersion: 0, root: null }
}
