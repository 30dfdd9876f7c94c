/** What stands at the destination before a move, and which version comes. */
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { copySparse } from './sparse-file.ts'
import type { Version } from './workload.ts'

/**
 * a: nothing stands there; b: the same version, with its times; b2: the same with other times, so that times prove
 * nothing; c, d, e: the version before.
 */
export type Case = 'a' | 'b' | 'b2' | 'c' | 'd' | 'e'

export const CASES: readonly Case[] = ['a', 'b', 'b2', 'c', 'd', 'e']

const DAY_SECONDS = 86_400

export function versionOf(name: Case): Version {
  return name === 'c' || name === 'd' || name === 'e' ? name : 'v0'
}

/** Makes `destination` what the case says, of the v0 in `workload`, all of it on the disk. */
export async function prepareDestination(
  name: Case,
  workload: string,
  destination: string
): Promise<void> {
  await rm(destination, { recursive: true, force: true })
  await mkdir(destination, { recursive: true })
  if (name === 'a') return
  const base = join(workload, 'v0')
  for (const file of await readdir(base)) {
    const [from, to] = [join(base, file), join(destination, file)]
    await copySparse(from, to)
    const seconds = (await stat(from)).mtimeMs / 1000 + (name === 'b2' ? DAY_SECONDS : 0)
    await utimes(to, seconds, seconds)
  }
}
