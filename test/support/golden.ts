/**
 * Golden vectors: names with texts, in `test/vectors`. A change of format shows as a difference; whoever means
 * it writes the file anew with UPDATE_VECTORS=1 and tells the reason in the change.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cwd, env } from 'node:process'

/** Tests run from the root of the project. */
export function checkGolden(file: string, found: Readonly<Record<string, string>>): void {
  const path = join(cwd(), 'test', 'vectors', file)
  if (env.UPDATE_VECTORS === '1') writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`)
  const expected: unknown = JSON.parse(readFileSync(path, 'utf8'))
  assert.deepEqual(found, expected)
}
