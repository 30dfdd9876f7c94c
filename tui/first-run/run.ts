import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatDuration } from '../format/index.ts'
import { Figures } from './figures.ts'
import { openFolder } from './folder.ts'
import { endGuestsOf } from './leftovers.ts'
import { measure } from './measure.ts'
import { BUYER, PARTICIPANTS } from './participants.ts'
import { dirOf, logOf, nothingSeen, type Scene } from './scene.ts'
import { Shell } from './shell.ts'
import { STEPS } from './steps/index.ts'

export interface FirstRunOptions {
  /** Folder for all data; default a fresh one among the temporary files. */
  readonly dir?: string | undefined
  /** Leave the market running at the end. */
  readonly keep: boolean
  /** Open the terminal UI at the end. */
  readonly interactive: boolean
  readonly out: { write(text: string): unknown }
  /** File to append the figures to, as JSON lines. */
  readonly figuresFile?: string | undefined
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal
}

const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url))

/**
 * The main job on this computer: one process per participant, every command as a user would type it.
 * Returns the exit code: 0 only when every check of every step held. Nothing of it runs afterwards, except
 * with `keep`.
 */
export async function runFirstRun(options: FirstRunOptions): Promise<number> {
  const startedMs = performance.now()
  const dir = await openFolder(options.dir)
  const scene = await makeScene(dir, options)
  scene.say(`Everything of this run is kept in ${dir}\n`)
  let left = false
  try {
    await runSteps(scene)
    await measure(scene)
    scene.figures.add('main-job', (performance.now() - startedMs) / 1000, 's')
    scene.say(`\n${scene.figures.table()}\n`)
    if (options.figuresFile !== undefined) await scene.figures.append(options.figuresFile)
    scene.say(`\nEvery step held, in ${formatDuration(performance.now() - startedMs)}.\n`)
    if (options.interactive && !options.keep) await openUi(scene)
    left = options.keep
    return 0
  } catch (error) {
    scene.say(describeFailure(scene, error))
    return 1
  } finally {
    if (left) leaveRunning(scene)
    else await stopEverything(scene)
  }
}

async function makeScene(dir: string, options: FirstRunOptions): Promise<Scene> {
  const say = (text: string): void => void options.out.write(text)
  const env = { ...process.env, VIRTUOSO_PASSWORD: await makePassword(dir) }
  const signal = options.signal ?? new AbortController().signal
  return {
    dir,
    program: PROGRAM,
    env,
    signal,
    say,
    figures: new Figures(),
    daemons: new Map(),
    seen: nothingSeen(),
    shell: new Shell({ program: PROGRAM, dirOf: user => dirOf(dir, user), env, write: say, signal })
  }
}

/** One for all participants of this run, kept beside them for whoever goes on with `--keep`. */
async function makePassword(dir: string): Promise<string> {
  const password = randomBytes(12).toString('base64url')
  await writeFile(join(dir, 'password'), `${password}\n`, { mode: 0o600 })
  return password
}

async function runSteps(scene: Scene): Promise<void> {
  for (const [at, step] of STEPS.entries()) {
    const begunMs = performance.now()
    scene.say(`\n== Step ${at + 1} of ${STEPS.length}: ${step.title}\n`)
    await step.run(scene)
    scene.say(`== Step ${at + 1} held (${formatDuration(performance.now() - begunMs)})\n`)
  }
}

function describeFailure(scene: Scene, error: unknown): string {
  if (scene.signal.aborted) return '\nInterrupted.\n'
  const lines = [`\nFAILED: ${error instanceof Error ? error.message : String(error)}`]
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) lines.push(`  because: ${cause.message}`)
  lines.push('The logs of the nodes:')
  lines.push(...[...scene.daemons.keys()].map(name => `  ${logOf(scene.dir, name)}`))
  return `${lines.join('\n')}\n`
}

async function openUi({ dir, program, env, signal }: Scene): Promise<void> {
  const child = spawn(process.execPath, [program, 'ui'], {
    env: { ...env, VIRTUOSO_HOME: dirOf(dir, BUYER) },
    stdio: 'inherit',
    signal
  })
  await once(child, 'exit')
}

/** Buyer first, coordinator last: a node that ends may still have something to say to the ledger. */
async function stopEverything(scene: Scene): Promise<void> {
  for (const daemon of [...scene.daemons.values()].toReversed()) await daemon.stop()
  const guests = await endGuestsOf(scene.dir)
  const also = guests === 0 ? '' : ` and ${guests} machines that were still running`
  scene.say(`Stopped ${scene.daemons.size} nodes${also}. The data stays in ${scene.dir}\n`)
}

function leaveRunning(scene: Scene): void {
  for (const daemon of scene.daemons.values()) daemon.release()
  const homes = PARTICIPANTS.map(
    ({ name }) => `  virtuoso --data ${dirOf(scene.dir, name)} node status`
  )
  scene.say(
    [
      `\nThe market goes on. The password of every participant is in ${join(scene.dir, 'password')}`,
      'The program is',
      `  alias virtuoso='node ${scene.program}'`,
      'Reach each participant with its data directory:',
      ...homes,
      'The buyer has a terminal UI:',
      `  virtuoso --data ${dirOf(scene.dir, BUYER)} ui`,
      'Stop everything with:',
      `  for each in ${scene.dir}/*/; do virtuoso --data "$each" node stop; done`,
      ''
    ].join('\n')
  )
}
