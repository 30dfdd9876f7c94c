import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** How npm, apt and tsc begin the lines that say what went wrong, often far above their last ones. */
const TELLING = /^npm error |^E: |: error TS\d/
/** Lines of a failed command that are shown: enough for the reason, few enough to be read. */
const TAIL_LINES = 15
/** A silent step says that it lives this often. */
const STILL_MS = 15_000

export function say(text) {
  console.error(text)
}

/**
 * Runs a command with our own input and output and gives its exit code; a signal that ended it counts as
 * 128 + its number, as in a shell.
 */
export function runVisibly(command, args, { env = {} } = {}) {
  return new Promise((settle, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env }
    })
    // The child gets the terminal's Ctrl-C too and ends in its own order; we wait for it.
    const wait = () => {}
    process.on('SIGINT', wait)
    const pass = () => child.kill('SIGTERM')
    process.on('SIGTERM', pass)
    child.on('error', fail)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', wait)
      process.off('SIGTERM', pass)
      settle(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** Runs a command quietly: a line when it begins, one when it ends; `words` says what went wrong if it failed. */
export async function runQuietly(title, command, args, { env = {} } = {}) {
  const begun = Date.now()
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1)
  say(`virtuoso: ${title} ...`)
  const still = setInterval(() => say(`virtuoso: ${title} ... ${seconds()} s`), STILL_MS)
  try {
    const { code, words } = await collect(command, args, env)
    say(code === 0 ? `virtuoso: ${title}: done in ${seconds()} s` : `virtuoso: ${title}: failed`)
    return { code, words }
  } finally {
    clearInterval(still)
  }
}

function collect(command, args, env) {
  return new Promise(settle => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env }
    })
    const told = []
    let lines = []
    const follow = stream => {
      let rest = ''
      stream.setEncoding('utf8').on('data', chunk => {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop() ?? ''
        told.push(...parts.filter(line => TELLING.test(line)))
        lines = [...lines, ...parts.filter(line => line.trim() !== '')].slice(-TAIL_LINES)
      })
      stream.on('end', () => lines.push(...(rest === '' ? [] : [rest])))
    }
    follow(child.stdout)
    follow(child.stderr)
    child.on('error', error => settle({ code: 127, words: error.message }))
    child.on('close', code => {
      const words = told.length > 0 ? told.slice(0, TAIL_LINES) : lines
      settle({ code: code ?? 1, words: words.join('\n') })
    })
  })
}
