import { readFile } from 'node:fs/promises'
import type { Context } from './context.ts'
import { Failure, usageFailure } from './failure.ts'

export const PASSWORD_FLAG = {
  name: 'password-file',
  value: 'FILE',
  summary: 'first line of FILE is the password of the identity (else VIRTUOSO_PASSWORD, else asked)'
} as const

/** Shorter ones are guessed in an afternoon from a stolen key file. */
export const PASSWORD_LETTERS_MIN = 8

/** The password for a new identity: from the file, the environment, or asked twice on the terminal. */
export async function newPassword(context: Context): Promise<string> {
  const given = (await givenPassword(context)) ?? (await askTwice(context))
  const letters = Array.from(given).length
  if (letters >= PASSWORD_LETTERS_MIN) return given
  throw usageFailure(
    `the password has ${letters} characters and needs at least ${PASSWORD_LETTERS_MIN}`
  )
}

/** The password of an identity that exists. */
export async function knownPassword(context: Context): Promise<string> {
  return (await givenPassword(context)) ?? (await ask(context, 'Password: '))
}

async function givenPassword(context: Context): Promise<string | undefined> {
  const file = context.flags.text('password-file')
  if (file !== undefined) return firstLine(await readSecretFile(file))
  return context.world.env['VIRTUOSO_PASSWORD'] || undefined
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Failure(
      {
        code: 'PASSWORD_FILE',
        class: 'not-found',
        message: `the password file ${file} cannot be read`,
        hint: 'name a readable file with --password-file'
      },
      { cause }
    )
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

async function askTwice(context: Context): Promise<string> {
  const first = await ask(context, 'New password: ')
  const second = await ask(context, 'The same again: ')
  if (first === second) return first
  throw usageFailure('the two passwords differ')
}

const ENTER = /[\r\n]/
const INTERRUPT = '\u0003'
const END = '\u0004'

/** One line from the terminal without showing it. */
async function ask(context: Context, question: string): Promise<string> {
  const { stdin, stderr } = context.world
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) {
    throw usageFailure(
      'a password is needed and stdin is no terminal',
      'give it with --password-file FILE or in VIRTUOSO_PASSWORD'
    )
  }
  stderr.write(question)
  stdin.setRawMode(true)
  try {
    return await readLine(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

function readLine(stdin: Context['world']['stdin']): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    const onData = (chunk: Buffer): void => {
      for (const letter of chunk.toString('utf8')) {
        if (letter === INTERRUPT || letter === END) {
          stdin.off('data', onData)
          reject(usageFailure('no password was given'))
          return
        }
        if (ENTER.test(letter)) {
          stdin.off('data', onData)
          resolve(line)
          return
        }
        line = letter === '\u007f' || letter === '\b' ? line.slice(0, -1) : line + letter
      }
    }
    stdin.on('data', onData)
    stdin.resume()
  })
}
