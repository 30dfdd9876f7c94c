import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CONFIG_MAX_BYTES, decodeConfig } from '../config-part.ts'
import type { MachineSpec } from '../vmm.ts'
import type { MemoryState } from './adoption.ts'
import { layersOf, stampOf } from './disk-chain.ts'
import { renameDurably, syncFile } from './durable.ts'

/** In which `stat` counts, whatever the file system's are. */
const STAT_BLOCK_BYTES = 512

/**
 * One machine on disk. The name of the memory file tells its format, so that file and format appear and
 * vanish in one rename:
 *
 *     (none) --suspend: memory.tmp written, renamed--> memory.FORMAT --go--> going.FORMAT --running--> (none)
 */
export class MachineFolder {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  get disk(): string {
    return join(this.folder, 'disk.qcow2')
  }

  get config(): string {
    return join(this.folder, 'config.json')
  }

  get serial(): string {
    return join(this.folder, 'serial.log')
  }

  get log(): string {
    return join(this.folder, 'qemu.log')
  }

  get unfinishedMemory(): string {
    return join(this.folder, 'memory.tmp')
  }

  /** Says what a half copy is one of; written last, so that what is without it is not gone on with. */
  get arrival(): string {
    return join(this.folder, 'arrival.json')
  }

  memory(format: string): string {
    return join(this.folder, `memory.${format}`)
  }

  going(format: string): string {
    return join(this.folder, `going.${format}`)
  }

  async loadSpec(): Promise<MachineSpec> {
    const bytes = await readFile(this.config)
    return decodeConfig(bytes.subarray(0, CONFIG_MAX_BYTES + 1))
  }

  async findMemory(): Promise<{ readonly state: MemoryState; readonly format: string }> {
    const names = (await readdir(this.folder)).filter(name => name !== 'memory.tmp')
    for (const [prefix, state] of [['memory.', 'saved'] as const, ['going.', 'going'] as const]) {
      const name = names.find(each => each.startsWith(prefix))
      if (name !== undefined) return { state, format: name.slice(prefix.length) }
    }
    return { state: 'none', format: '' }
  }

  /** Names what lies here without reading it. */
  async stamp(): Promise<string> {
    const { state, format } = await this.findMemory()
    const memory = state === 'saved' ? [this.memory(format)] : []
    const layers = await layersOf(this.disk, this.folder)
    return await stampOf([this.config, ...layers, ...memory])
  }

  /** Holes take nothing; layers that half a copy links to are counted here. */
  async storedBytes(): Promise<number> {
    let bytes = 0
    for (const name of await readdir(this.folder)) {
      const { blocks } = await stat(join(this.folder, name))
      bytes += blocks * STAT_BLOCK_BYTES
    }
    return bytes
  }

  /** The memory is whole from here on. */
  async finishMemory(format: string): Promise<void> {
    await renameDurably(this.unfinishedMemory, this.memory(format))
  }

  /**
   * Marks the memory as used before the guest runs: were it still `memory.` after a power failure, it would be
   * loaded again over a disk that has changed since.
   */
  async useMemory(format: string): Promise<void> {
    await renameDurably(this.memory(format), this.going(format))
  }

  async keepMemory(format: string): Promise<void> {
    await rename(this.going(format), this.memory(format)).catch(() => {})
    await syncFile(this.folder)
  }

  /** Removes used up and unfinished memory. */
  async dropUsedMemory(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const isUsed = name.startsWith('going.') || name === 'memory.tmp' || name === 'serial.log.tmp'
      if (isUsed) await rm(join(this.folder, name), { force: true })
    }
  }
}
