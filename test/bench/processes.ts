import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

export interface Ran {
  readonly durationMs: number
  readonly code: number | null
  /** What it wrote to both of its outputs. */
  readonly output: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program without input from its start to the end of its outputs. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {}
): Promise<Ran> {
  const begunMs = performance.now()
  return new Promise((settle, fail) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', fail)
    child.on('close', code => settle({ durationMs: performance.now() - begunMs, code, output }))
  })
}

/** As `run`, but a program that fails ends the measurement: its figures would mean nothing. */
export async function runWell(
  command: string,
  args: readonly string[],
  options: RunOptions = {}
): Promise<Ran> {
  const ran = await run(command, args, options)
  if (ran.code === 0) return ran
  const tail = ran.output.trimEnd().split('\n').slice(-15).join('\n')
  throw new Error(`${[command, ...args].join(' ')} ended with ${ran.code}:\n${tail}`)
}
