import { open } from 'node:fs/promises'
import { IdentityError } from './identity-error.ts'

/** 2004 asked for eight characters; counted as people count them, not in bytes. */
export const PASSWORD_CHARACTERS_MIN = 8
/** Far beyond what anybody types; stops a wrong file from being read as a password. */
export const PASSWORD_CHARACTERS_MAX = 1024
const PASSWORD_FILE_BYTES_MAX = 8192

/** The password as it enters the key derivation. Terminals compose accents differently, hence NFC. */
export function checkPassword(password: string): string {
  const normal = password.normalize('NFC')
  const characters = Array.from(normal).length
  if (characters < PASSWORD_CHARACTERS_MIN) {
    throw new IdentityError(
      'PASSWORD_TOO_SHORT',
      `the password has ${characters} characters; it needs at least ${PASSWORD_CHARACTERS_MIN}`
    )
  }
  if (characters > PASSWORD_CHARACTERS_MAX) {
    throw new IdentityError(
      'PASSWORD_TOO_LONG',
      `the password has ${characters} characters; at most ${PASSWORD_CHARACTERS_MAX} are taken`
    )
  }
  return normal
}

export interface PasswordSources {
  /** From `--password-file`: wins over everything, because it was said in this call. */
  readonly file?: string | undefined
  /** Default `process.env`; its `VIRTUOSO_PASSWORD` comes second. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Asks the person; absent when there is no terminal. */
  readonly prompt?: (() => Promise<string>) | undefined
}

/** The password from the first source there is. Never asks when there is no `prompt`. */
export async function readPassword(sources: PasswordSources): Promise<string> {
  if (sources.file !== undefined) return checkPassword(await readPasswordFile(sources.file))
  const fromEnvironment = (sources.environment ?? process.env)['VIRTUOSO_PASSWORD']
  if (fromEnvironment !== undefined && fromEnvironment !== '') return checkPassword(fromEnvironment)
  if (sources.prompt !== undefined) return checkPassword(await sources.prompt())
  throw new IdentityError(
    'PASSWORD_MISSING',
    'there is no terminal to ask for the password: give --password-file FILE or set VIRTUOSO_PASSWORD'
  )
}

async function readPasswordFile(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      // Asked of the open file, so that it cannot be exchanged between the look and the reading.
      const { mode, size } = await file.stat()
      refuseExposed(path, mode)
      if (size > PASSWORD_FILE_BYTES_MAX) {
        throw new IdentityError(
          'PASSWORD_TOO_LONG',
          `${path} has ${size} bytes; a password file has at most ${PASSWORD_FILE_BYTES_MAX}`
        )
      }
      return (await file.readFile('utf8')).replace(/\r?\n$/, '')
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause
    throw new IdentityError(
      'PASSWORD_FILE_UNREADABLE',
      `the password file ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause }
    )
  }
}

function refuseExposed(path: string, mode: number): void {
  if ((mode & 0o077) === 0) return
  throw new IdentityError(
    'PASSWORD_FILE_EXPOSED',
    `other users can reach the password file ${path} (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`
  )
}
