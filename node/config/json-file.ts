import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { type ConfigCode, ConfigError } from './config-error.ts'

/** A person edits these files: every refusal names the file and the field. */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  codes: { readonly missing: ConfigCode; readonly damaged: ConfigCode; readonly cure: string }
): Promise<T> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    throw new ConfigError(codes.missing, `there is no ${path}: ${codes.cure}`, { cause })
  }
  return parseJsonFile(path, text, schema, codes.damaged)
}

export function parseJsonFile<T>(
  path: string,
  text: string,
  schema: z.ZodType<T>,
  damaged: ConfigCode
): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(damaged, `${path} is no JSON: ${why}`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.slice(0, 5).map(issue => {
    const place = issue.path.join('.')
    return place === '' ? issue.message : `${place}: ${issue.message}`
  })
  throw new ConfigError(damaged, `${path} cannot be used: ${sentences.join('; ')}`)
}
