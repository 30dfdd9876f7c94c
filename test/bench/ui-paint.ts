/** Key to paint: from the byte written to the pty until the emulator shows what the key does. */
import { performance } from 'node:perf_hooks'
import { PtyScreen } from '../support/pty-screen.ts'

/** Enough that p95 stands on several samples. */
const KEYS = 200
/** The goal in design/interface.md. */
const GOAL_MS = 16

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly anchor: number
  readonly ratio: number
}

export async function run(): Promise<Figure[]> {
  const screen = new PtyScreen('test/support/ui-main.js', {
    columns: 120,
    rows: 36,
    env: { FAKE_MACHINES: '10' }
  })
  try {
    await screen.shows(/> machine-1 /u)
    const samples: number[] = []
    for (let number = 0; number < KEYS; number++) samples.push(await keyToPaint(screen, number))
    samples.sort((a, b) => a - b)
    return [
      figure('ui-key-to-paint-p50', samples, 0.5),
      figure('ui-key-to-paint-p95', samples, 0.95)
    ]
  } finally {
    screen.close()
  }
}

async function keyToPaint(screen: PtyScreen, number: number): Promise<number> {
  const down = number % 2 === 0
  const shown = down ? '> machine-2' : '> machine-1 '
  const begin = performance.now()
  screen.send(down ? 'j' : 'k')
  await screen.until(() => screen.text().includes(shown), `${shown} was not shown`)
  return performance.now() - begin
}

function figure(name: string, sorted: readonly number[], quantile: number): Figure {
  const value = sorted[Math.floor((sorted.length - 1) * quantile)] ?? Number.NaN
  return { name, value, unit: 'ms', anchor: GOAL_MS, ratio: value / GOAL_MS }
}
