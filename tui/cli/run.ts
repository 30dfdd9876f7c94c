import type { NodeClient } from '../../node/client.ts'
import { VERSION } from '../version.ts'
import type { Command } from './command.ts'
import type { Context, World } from './context.ts'
import { asFailure, EXIT_CODES, timeoutFailure, usageFailure } from './failure.ts'
import type { FlagValues } from './flag-values.ts'
import { describeCommand, describeGroup, describeOverview } from './help.ts'
import { Output } from './output.ts'
import { parseCommandLine, type Request } from './parse.ts'

/** Runs one command line and returns the exit code of the process. Never throws. */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  world: World
): Promise<number> {
  // An error in the flags themselves is reported in the form that was asked for, as far as can be seen.
  let output = makeOutput(world, argv.includes('--json'), false, false, argv.includes('--no-color'))
  try {
    const request = parseCommandLine(commands, argv)
    if (request.kind !== 'run') {
      world.stdout.write(`${describe(commands, request)}\n`)
      return 0
    }
    output = outputOf(request.flags, world)
    return await runCommand(request, world, output)
  } catch (thrown) {
    const failure = asFailure(thrown)
    output.failure(failure)
    return EXIT_CODES[failure.body.class]
  }
}

type RunRequest = Extract<Request, { kind: 'run' }>

function describe(commands: readonly Command[], request: Exclude<Request, RunRequest>): string {
  switch (request.kind) {
    case 'version':
      return `virtuoso ${VERSION}`
    case 'overview':
      return describeOverview(commands)
    case 'group':
      return describeGroup(commands, request.group)
    case 'help':
      return describeCommand(request.command)
  }
}

async function runCommand(request: RunRequest, world: World, output: Output): Promise<number> {
  const { flags, positionals } = request
  const { resolveDataDir } = await import('../../node/client.ts')
  const dir = resolveDataDir(flags.text('data'), world.env)
  const seconds = flags.seconds('timeout')
  if (flags.on('wait') && flags.on('no-wait')) {
    throw usageFailure('--wait and --no-wait contradict each other')
  }
  return withDeadline(seconds, async signal => {
    let connection: Promise<NodeClient> | undefined
    const client = (): Promise<NodeClient> => (connection ??= world.connect({ dir }))
    const timeoutMs = seconds === undefined ? undefined : seconds * 1000
    const context: Context = {
      world,
      output,
      dir,
      positionals,
      flags,
      wait: !flags.on('no-wait'),
      signal,
      client,
      call: async (method, input) => (await client()).call(method, input, { signal, timeoutMs })
    }
    const action = await request.command.load()
    return (await action(context)) ?? 0
  })
}

/**
 * Lets `work` run for at most `seconds`. The race is needed beside the signal: not everything that is
 * waited for can be aborted, and a script that gave a time wants its prompt back after it.
 */
async function withDeadline<T>(
  seconds: number | undefined,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const abort = new AbortController()
  if (seconds === undefined) return work(abort.signal)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timeoutFailure())
      abort.abort(timeoutFailure())
    }, seconds * 1000)
  })
  try {
    return await Promise.race([work(abort.signal), deadline])
  } finally {
    clearTimeout(timer)
  }
}

function outputOf(flags: FlagValues, world: World): Output {
  const format = flags.oneOf('format', ['table', 'json'])
  if (format === 'table' && flags.on('json')) {
    throw usageFailure('--json and --format table contradict each other')
  }
  const json = flags.on('json') || format === 'json'
  return makeOutput(world, json, flags.on('quiet'), flags.on('verbose'), flags.on('no-color'))
}

function makeOutput(
  world: World,
  json: boolean,
  quiet: boolean,
  verbose: boolean,
  plain: boolean
): Output {
  const color = !plain && !world.env['NO_COLOR'] && world.stderr.isTTY === true
  return new Output({ stdout: world.stdout, stderr: world.stderr, json, quiet, verbose, color })
}
