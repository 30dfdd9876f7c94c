import { spawn } from 'node:child_process'
import { clean, withoutSequences } from '../format/index.ts'

/** What a command did. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export interface ShellOptions {
  /** Compiled entry of the `virtuoso` command. */
  readonly program: string
  /** Data directory of each participant. */
  readonly dirOf: (user: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly write: (text: string) => void
  /** Ends the command that runs when the whole first run is cut short. */
  readonly signal: AbortSignal
}

/** A command that does not end within this hangs: the longest of them boots or moves a machine. */
const COMMAND_PATIENCE_MS = 180_000

/** Types commands of the participants, each in its own home directory, as its person would. */
export class Shell {
  readonly #options: ShellOptions

  constructor(options: ShellOptions) {
    this.#options = options
  }

  /** Runs a command, shows it with its output, and requires exit code 0. */
  async show(user: string, ...args: readonly string[]): Promise<Ran> {
    const { write } = this.#options
    write(`${user}$ virtuoso ${args.map(quote).join(' ')}\n`)
    const ran = await this.#run(user, args)
    for (const line of linesOf(ran.stderr)) write(`  ${line}\n`)
    for (const line of linesOf(ran.stdout)) write(`  ${line}\n`)
    return required(user, args, ran)
  }

  /** Runs a command without showing it, requires exit code 0 and returns its JSON. */
  async ask<T>(user: string, ...args: readonly string[]): Promise<T> {
    const ran = required(user, args, await this.#run(user, [...args, '--json']))
    return JSON.parse(ran.stdout) as T
  }

  /** Runs a command without showing it, whatever comes of it. */
  run(user: string, ...args: readonly string[]): Promise<Ran> {
    return this.#run(user, args)
  }

  #run(user: string, args: readonly string[]): Promise<Ran> {
    const { program, dirOf, env, signal } = this.#options
    signal.throwIfAborted()
    const startedMs = performance.now()
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...env, VIRTUOSO_HOME: dirOf(user) },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout: COMMAND_PATIENCE_MS
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => {
        resolve({
          code: code ?? 1,
          stdout: Buffer.concat(stdout).toString('utf8'),
          stderr: Buffer.concat(stderr).toString('utf8'),
          ms: performance.now() - startedMs
        })
      })
    })
  }
}

/** A command that did not do what the step needs. */
export class CommandFailed extends Error {
  override readonly name: string = 'CommandFailed'
}

function required(user: string, args: readonly string[], ran: Ran): Ran {
  if (ran.code === 0) return ran
  const said = linesOf(ran.stderr).join(' ')
  throw new CommandFailed(
    `${user}$ virtuoso ${args.map(quote).join(' ')} ended with exit code ${ran.code}: ${said}`
  )
}

function linesOf(text: string): readonly string[] {
  // A serial console ends its lines with CR LF, and a guest's shell asks its terminal for the cursor.
  const trimmed = withoutSequences(text).replace(/\s+$/, '')
  return trimmed === '' ? [] : trimmed.split(/\r*\n/).map(clean)
}

function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
