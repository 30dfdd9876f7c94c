import { mkdir, readFile, rm } from 'node:fs/promises'
import { Level } from 'level'
import { writeFileAtomic } from '../disk/index.ts'
import { damaged, StoreError } from './store-error.ts'

/** Text keys in their order, raw bytes as values. */
export type Database = Level<string, Uint8Array>

/** Grows by one with every change of layout; a node refuses a store that a newer one has written. */
export const SCHEMA_VERSION = 2
const SCHEMA_KEY = 'schema'

/** Opens level in a directory. A second opener, of this process or another, is STORE_LOCKED. */
export async function openDatabase(location: string): Promise<Database> {
  await mkdir(location, { recursive: true, mode: 0o700 })
  const database: Database = new Level(location, { keyEncoding: 'utf8', valueEncoding: 'view' })
  try {
    await database.open()
  } catch (error) {
    throw await openingError(location, error)
  }
  try {
    await checkSchema(database)
    await writeFileAtomic(pidFile(location), `${process.pid}\n`)
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

export async function closeDatabase(database: Database): Promise<void> {
  // Before the lock goes: afterwards the file may be that of the next owner.
  await rm(pidFile(database.location), { force: true })
  await database.close()
}

/** Beside the directory: level owns every name inside. */
function pidFile(location: string): string {
  return `${location}.pid`
}

async function openingError(location: string, error: unknown): Promise<StoreError> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === 'LEVEL_LOCKED') {
    const pid = (await readFile(pidFile(location), 'utf8').catch(() => '')).trim()
    const who = /^\d+$/.test(pid) ? `process ${pid}` : 'another process'
    return new StoreError(
      'STORE_LOCKED',
      `the store ${location} is in use by ${who}: use that node, stop it, or give another --data`,
      { cause: error }
    )
  }
  if (code === 'LEVEL_CORRUPTION' || /corrupt|missing files/i.test(message)) {
    return damaged(`${location} cannot be opened (${message})`, error)
  }
  return new StoreError('STORE_UNREADABLE', `the store ${location} cannot be opened: ${message}`, {
    cause: error
  })
}

async function checkSchema(database: Database): Promise<void> {
  const stored = await database.get(SCHEMA_KEY)
  if (stored === undefined) return await putSchema(database)
  const text = Buffer.from(stored).toString('utf8')
  const version = Number(text)
  if (!Number.isInteger(version) || version < 1) throw damaged(`its schema number is "${text}"`)
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      'STORE_NEWER',
      `the store has schema ${version}, this program knows ${SCHEMA_VERSION}: install the newer Virtuoso again`
    )
  }
  // All older ones are read as they are; what is written from now on they would misread.
  if (version < SCHEMA_VERSION) await putSchema(database)
}

async function putSchema(database: Database): Promise<void> {
  await database.put(SCHEMA_KEY, Buffer.from(String(SCHEMA_VERSION)), { sync: true })
}
