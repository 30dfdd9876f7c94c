import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, runWell } from './processes.ts'
import { type Row, row } from './row.ts'

/**
 * A fresh clone to the end of its first run, and once more with everything in place. The cache of guest images
 * is a new one; npm's cache and the system's packages are those of the machine.
 */
export async function run(): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-'))
  const clone = join(dir, 'clone')
  const start = (data: string): ReturnType<typeof runWell> =>
    runWell('npm', ['start', '--', '--data', join(dir, data)], {
      cwd: clone,
      env: { XDG_CACHE_HOME: join(dir, 'cache') }
    })
  try {
    const cloned = await runWell('git', ['clone', '--quiet', ROOT, clone])
    const fresh = await start('fresh')
    const again = await start('again')
    return [
      row('first-run/clone-to-finished', (cloned.durationMs + fresh.durationMs) / 1000, 's'),
      ...phasesOf(fresh.output).map(([name, seconds]) => row(`first-run/${name}`, seconds, 's')),
      row('first-run/without-installs', again.durationMs / 1000, 's')
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const PHASES: readonly (readonly [string, RegExp])[] = [
  ['npm-packages', /npm ci\): done in ([\d.]+) s/],
  ['build', /tsc -b\): done in ([\d.]+) s/],
  ['guest-image', /guest image .*: done in ([\d.]+) s/]
]

/** Durations as the starter prints them, in seconds. */
function phasesOf(output: string): readonly (readonly [string, number])[] {
  return PHASES.flatMap(([name, pattern]) => {
    const seconds = pattern.exec(output)?.[1]
    return seconds === undefined ? [] : [[name, Number(seconds)] as const]
  })
}
