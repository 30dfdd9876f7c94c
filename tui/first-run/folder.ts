import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { endGuestsOf } from './leftovers.ts'

const MARK = '.virtuoso-first-run'

/**
 * The folder of a run: a fresh one, or the one that was named. A named folder that a former run left is
 * emptied; any other folder with something in it is refused, for we would delete a stranger's files.
 */
export async function openFolder(named: string | undefined): Promise<string> {
  const dir =
    named === undefined ? await mkdtemp(join(tmpdir(), 'virtuoso-first-run-')) : resolve(named)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await empty(dir)
  await writeFile(join(dir, MARK), '', { mode: 0o600 })
  // QEMU and we must speak of the same path when leftovers are looked for.
  return realpath(dir)
}

async function empty(dir: string): Promise<void> {
  const names = await readdir(dir)
  if (names.length === 0) return
  if (!names.includes(MARK)) {
    throw new Error(`${dir} holds other files; name an empty folder with --data`)
  }
  await endGuestsOf(await realpath(dir))
  for (const name of names) await rm(join(dir, name), { recursive: true, force: true })
}
