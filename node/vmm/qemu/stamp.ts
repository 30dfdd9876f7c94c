import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineFolder } from './machine-folder.ts'

/** Files that hold the content of a machine; logs change without it. */
const CONTENT = /^(disk|base-[0-9]+)\.qcow2$|^(memory|going)\.|^config\.json$/

export async function stampOf({ folder }: MachineFolder): Promise<string> {
  const names = (await readdir(folder)).filter(name => CONTENT.test(name)).sort()
  const files = await Promise.all(
    names.map(async name => {
      const { size, mtimeNs, ino } = await stat(join(folder, name), { bigint: true })
      return `${name} ${size} ${mtimeNs} ${ino}`
    })
  )
  return files.join('\n')
}
