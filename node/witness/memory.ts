import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { WitnessError, type Witnessed } from '../../ledger/index.ts'
import { writeFileAtomic } from '../disk/index.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const height = z.int().min(1)

const schema: z.ZodType<Witnessed> = z.strictObject({
  checkpoint: z.strictObject({ network: hash, height, block: hash, root: hash }),
  log: z.strictObject({ size: height, full: z.array(hash).max(53) })
})

/** null where nothing was signed yet. Anything else that cannot be read is no such answer. */
export async function loadWitnessed(path: string): Promise<Witnessed | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    const message = `${path} says what this witness signed last and cannot be read: a witness that has forgotten it needs a new key`
    throw new WitnessError('WITNESS_UNREADABLE', message)
  }
}

/** On disk when it resolves, as a whole or not at all. */
export function saveWitnessed(path: string, witnessed: Witnessed): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(witnessed, null, 2)}\n`)
}
