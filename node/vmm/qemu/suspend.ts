import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { diskFullOr } from '../free-space.ts'
import { VmmError } from '../vmm.ts'
import { type Accelerator, memoryFormat } from './arguments.ts'
import type { Guest } from './guest.ts'
import type { MachineFolder } from './machine-folder.ts'
import { UnknownStream } from './memory/index.ts'
import { type MemoryForm, saveMemory } from './memory-transfer.ts'
import { afterRefusedSuspend, SUSPEND_PAUSE_MS } from './suspend-patience.ts'

/**
 * Stops the guest and saves its memory under its final name; whoever calls ends the guest then. Gives the format
 * of the memory. A refused attempt lets it run on and tries again. Throws SUSPEND_REFUSED, DISK_FULL or VMM_FAILED, the guest running.
 */
export async function suspendGuest(
  guest: Guest,
  folder: MachineFolder,
  socketPath: string,
  accelerator: Accelerator,
  ramMaxBytes: number
): Promise<string> {
  let form: MemoryForm = { kind: 'pages', ramMaxBytes }
  const sinceMs = Date.now()
  for (let attempts = 1; ; attempts += 1) {
    const format = memoryFormat(form.kind, accelerator)
    const refusal = await attempt(guest, folder, socketPath, form, format)
    if (refusal === undefined) return format
    if (refusal.cause instanceof UnknownStream) {
      // Another QEMU than ours was made for: its own stream is kept as it is.
      form = { kind: 'stream' }
      continue
    }
    if (refusal.code === 'DISK_FULL' || guest.qmp.isClosed) throw refusal
    if (afterRefusedSuspend(attempts, Date.now() - sinceMs).next === 'refuse') {
      const why = `The guest could not be suspended in ${attempts} attempts: ${refusal.message}`
      throw new VmmError('SUSPEND_REFUSED', why, { cause: refusal })
    }
    await delay(SUSPEND_PAUSE_MS)
  }
}

async function attempt(
  guest: Guest,
  folder: MachineFolder,
  socketPath: string,
  form: MemoryForm,
  format: string
): Promise<VmmError | undefined> {
  try {
    await guest.qmp.execute('stop')
    await saveMemory(guest.qmp, socketPath, folder.unfinishedMemory, form)
    await folder.finishMemory(format)
    return undefined
  } catch (error) {
    await rm(folder.unfinishedMemory, { force: true })
    await guest.qmp.execute('cont').catch(() => {})
    const known = diskFullOr(error, folder.folder)
    if (known instanceof VmmError) return known
    return new VmmError('VMM_FAILED', 'The memory could not be saved.', { cause: error })
  }
}
