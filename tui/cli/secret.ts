import type { Context } from './context.ts'
import { usageFailure } from './failure.ts'

/**
 * A question for a secret, or undefined when there is nobody to ask: the caller then names the flag.
 * `twice` is for a new secret, which nobody could check otherwise.
 */
export function secretPrompt(
  context: Context,
  question: string,
  twice: boolean
): (() => Promise<string>) | undefined {
  const { stdin } = context.world
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return undefined
  return async () => {
    const first = await ask(context, `${question}: `)
    if (!twice) return first
    const second = await ask(context, 'The same again: ')
    if (first === second) return first
    throw usageFailure('the two were not the same; nothing was done')
  }
}

const INTERRUPT = '\u0003'
const END = '\u0004'
const ERASE: readonly string[] = ['\u007f', '\b']
const ENTER: readonly string[] = ['\r', '\n']

/** One line from the terminal without showing it. */
async function ask(context: Context, question: string): Promise<string> {
  const { stdin, stderr } = context.world
  stderr.write(question)
  stdin.setRawMode?.(true)
  try {
    return await readLine(stdin)
  } finally {
    stdin.setRawMode?.(false)
    stdin.pause()
    stderr.write('\n')
  }
}

function readLine(stdin: Context['world']['stdin']): Promise<string> {
  return new Promise((resolve, reject) => {
    const letters: string[] = []
    const onData = (chunk: Buffer | string): void => {
      for (const letter of String(chunk)) {
        if (letter === INTERRUPT || letter === END) reject(usageFailure('nothing was given'))
        else if (ENTER.includes(letter)) resolve(letters.join(''))
        else if (ERASE.includes(letter)) letters.pop()
        else letters.push(letter)
        if (letter === INTERRUPT || letter === END || ENTER.includes(letter)) {
          stdin.off('data', onData)
          return
        }
      }
    }
    stdin.on('data', onData)
    stdin.resume()
  })
}
