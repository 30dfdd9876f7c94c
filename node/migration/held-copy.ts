import type { MigrationRecord } from '../../ledger/index.ts'
import type { Method } from '../transfer/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import type { MoveOptions } from './options.ts'

export interface HeldCopyOptions extends Pick<MoveOptions, 'log'> {
  readonly contents: Pick<MoveOptions['contents'], 'boundRoot' | 'known'>
  readonly vmm: Pick<MoveOptions['vmm'], 'content'>
}

/**
 * The copy in the machine's place, opened for reading, where it has the very root of the move: a machine that comes
 * back as it left need not be written again. undefined where there is none, or where the method does not build on
 * what is here. Close it.
 */
export async function openHeldCopy(
  options: HeldCopyOptions,
  migration: Pick<MigrationRecord, 'machine' | 'root'>,
  method: Method
): Promise<MachineContent | undefined> {
  const { contents, vmm, log } = options
  const { machine, root } = migration
  const isHeld = async (): Promise<boolean> => (await contents.boundRoot(machine)) === root
  let content: MachineContent | undefined
  try {
    if (!(await isHeld()) || !(await isBuiltOn(method, contents, migration))) return undefined
    content = await vmm.content(machine)
    // Asked again while it is open, when nobody can write to it.
    if (await isHeld()) return content
  } catch (error) {
    log(`the copy that is here is not used: ${String(error)}`, { machine })
  }
  await content?.close()
  return undefined
}

/** Whether what lies in the machine's place is the version that this host has written down, with the root of the move. */
export async function isKeptVersion(
  { records, contents }: Pick<MoveOptions, 'records'> & Pick<HeldCopyOptions, 'contents'>,
  { machine, root }: Pick<MigrationRecord, 'machine' | 'root'>
): Promise<boolean> {
  const kept = await records.machine(machine)
  return kept?.root === root && (await contents.boundRoot(machine)) === root
}

async function isBuiltOn(
  method: Method,
  contents: HeldCopyOptions['contents'],
  { machine, root }: Pick<MigrationRecord, 'machine' | 'root'>
): Promise<boolean> {
  const manifest = await contents.known(machine, root)
  if (manifest === undefined) return false
  try {
    return method.baseOf({ kind: 'cached', manifest }) !== undefined
  } finally {
    await manifest.close()
  }
}
