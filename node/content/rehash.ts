import type { Crypto, Hash, Uuid } from '../../ledger/index.ts'
import {
  type ContentManifest,
  sameHash,
  treeRoot,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import type { Alarms } from '../clock.ts'
import type { MachineContent, Vmm } from '../vmm/index.ts'
import type { Contents } from './contents.ts'
import { hashPage } from './hash.ts'

/** Slow enough to be felt by nobody: a two hundredth of what a disk and a hash do. 1.1 GB takes five minutes. */
const BYTES_PER_S = 4 * 2 ** 20

/** Between two rounds over all machines: what a disk loses by itself it loses over months. */
const ROUND_MS = 24 * 3_600_000

/** Between two machines, and before the first. */
const PAUSE_MS = 60_000

export interface RehashOptions {
  readonly vmm: Vmm
  readonly contents: Contents
  readonly crypto: Crypto
  readonly alarms: Alarms
  /** Becomes an event of the node. */
  readonly log: (message: string, fields: Record<string, string>) => void
}

/**
 * Reads what lies here again, one machine at a time, and compares it with its manifest: stamps do not show what a disk
 * loses by itself. Whoever needs the machine meanwhile gets it at once; it is read again in the next round.
 */
export function startRehash(options: RehashOptions): () => void {
  const stopped = new AbortController()
  const { signal } = stopped
  void rounds(options, signal).catch((error: unknown) => {
    if (!signal.aborted) options.log(`contents are not read again any more: ${String(error)}`, {})
  })
  return () => stopped.abort()
}

async function rounds(options: RehashOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    for (const machine of await options.vmm.list()) {
      await wait(options.alarms, PAUSE_MS, signal)
      await rehash(options, machine, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        options.log(`the contents were not read again: ${String(error)}`, { machine })
      })
    }
    await wait(options.alarms, ROUND_MS, signal)
  }
}

async function rehash(options: RehashOptions, machine: Uuid, signal: AbortSignal): Promise<void> {
  const { vmm, contents, log } = options
  const root = await contents.boundRoot(machine)
  const manifest = root === undefined ? undefined : await contents.known(machine, root)
  if (root === undefined || manifest === undefined) return
  try {
    const content = await vmm.content(machine, { givesWay: true })
    try {
      const where = await firstDifference(options, content, manifest, signal)
      // What was written meanwhile is other, and not damaged.
      if (where === undefined || !(await isStill(contents, machine, root))) return
      await contents.disown(machine, root)
      log(`the content is damaged: ${where} is not what was sealed`, { machine })
    } finally {
      await content.close()
    }
  } finally {
    await manifest.close()
  }
}

async function isStill(contents: Contents, machine: Uuid, root: Hash): Promise<boolean> {
  return (await contents.boundRoot(machine)) === root
}

/** Words for the first page that differs; undefined when none does, or when the content gave way. */
async function firstDifference(
  { crypto, alarms }: RehashOptions,
  content: MachineContent,
  manifest: ContentManifest,
  signal: AbortSignal
): Promise<string | undefined> {
  const zeros = new ZeroHashes(crypto)
  for (const part of manifest.parts) {
    for (let page = 0; page < part.pages; page += 1) {
      const found = await hashPage(content, part.shape, page, crypto, zeros).catch(() => undefined)
      if (found === undefined) return undefined
      const isZero = sameHash(found.leaves, zeros.page)
      const root = isZero ? zeros.pageRoot : treeRoot(crypto, found.leaves)
      if (!sameHash(root, await part.pageRoots(page, 1))) {
        return `page ${page} of the ${part.shape.name}`
      }
      if (found.readBytes > 0) await wait(alarms, (found.readBytes / BYTES_PER_S) * 1000, signal)
    }
  }
  return undefined
}

/** Rejects when it is called off. */
async function wait(alarms: Alarms, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const callOff = alarms.after(delayMs, () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
    const abort = (): void => {
      callOff()
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
}
