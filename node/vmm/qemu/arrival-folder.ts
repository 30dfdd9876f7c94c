import { readFile, stat } from 'node:fs/promises'
import { diskBytes } from '../part-shapes.ts'
import type { MachineSpec, PartName, PartShape, ReceiveBase } from '../vmm.ts'
import { makeDisk } from './disk.ts'
import { layersOf, layOver, stampOf } from './disk-chain.ts'
import { syncFile, writeDurably } from './durable.ts'
import type { MachineFolder } from './machine-folder.ts'

export interface ArrivalPlan {
  readonly spec: MachineSpec
  readonly parts: readonly PartShape[]
  readonly base: ReceiveBase
  /** Parts that will be written. */
  readonly changing: readonly PartName[]
  /** Of the older copy. */
  readonly older: MachineFolder
  /** Raw disk of the image. */
  readonly imageDisk: string | undefined
}

/** An empty folder becomes one that a sink can write to. */
export async function beginArrival(folder: MachineFolder, plan: ArrivalPlan): Promise<void> {
  if (plan.base === 'cached') await layOver(folder.disk, folder.folder, plan.older)
  else {
    const base = plan.base === 'image' ? plan.imageDisk : undefined
    await makeDisk({ file: folder.disk, sizeBytes: diskBytes(plan.spec), base })
  }
  await syncFile(folder.disk)
  const words = await describe(folder, plan)
  await writeDurably(folder.arrival, new TextEncoder().encode(words))
  await syncFile(folder.folder)
}

/**
 * Whether what lies there is half a copy of the same parts on the same base. A base that was written to since
 * (its machine ran again) is another one: the layers are links to its files.
 */
export async function isArrivalOf(folder: MachineFolder, plan: ArrivalPlan): Promise<boolean> {
  const found = await readFile(folder.arrival, 'utf8').catch(() => undefined)
  if (found === undefined) return false
  return found === (await describe(folder, plan).catch(() => undefined))
}

async function describe(folder: MachineFolder, plan: ArrivalPlan): Promise<string> {
  const [, ...below] = await layersOf(folder.disk, folder.folder)
  const memory = await baseMemory(plan)
  const stamps = await stampOf(memory === undefined ? below : [...below, memory])
  const { spec, parts, base } = plan
  return `${JSON.stringify({ spec, parts, base, stamps }, null, 1)}\n`
}

/** The older copy's memory, if the new one begins with it. */
export async function baseMemory(plan: ArrivalPlan): Promise<string | undefined> {
  if (plan.base !== 'cached' || plan.parts.every(part => part.name !== 'memory')) return undefined
  const { state, format } = await plan.older.findMemory()
  const file = state === 'saved' ? plan.older.memory(format) : undefined
  return file !== undefined && (await stat(file)).size > 0 ? file : undefined
}
