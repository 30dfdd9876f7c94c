import type { Crypto, Hash, Uuid } from '../../ledger/index.ts'
import { BLOCK_BYTES, blocksOf, contentRoot, partHasher } from '../../protocols/blocks/index.ts'
import type { MachineContent, PartShape, Vmm } from '../vmm/index.ts'
import { runsOf } from './runs.ts'

/** The content root of a machine that is down or suspended (design: Content roots). */
export async function sealRoot(vmm: Vmm, crypto: Crypto, machine: Uuid): Promise<Hash> {
  const content = await vmm.content(machine)
  try {
    return await rootOf(content, crypto)
  } finally {
    await content.close()
  }
}

/** Reads every block that is not known to be a hole, in order, and keeps O(log n) hashes. */
export async function rootOf(content: MachineContent, crypto: Crypto): Promise<Hash> {
  const parts = []
  for (const part of content.parts)
    parts.push({ part, root: await partRoot(content, part, crypto) })
  return contentRoot(crypto, parts)
}

async function partRoot(
  content: MachineContent,
  part: PartShape,
  crypto: Crypto
): Promise<Uint8Array> {
  const hasher = partHasher(crypto, part)
  for await (const run of runsOf(content, part, { first: 0, count: blocksOf(part) })) {
    if (run.kind === 'zeros') hasher.addZeros(run.count)
    else addBlocks(run.bytes, block => hasher.add(block))
  }
  return hasher.root()
}

export function addBlocks(bytes: Uint8Array, add: (block: Uint8Array) => void): void {
  for (let at = 0; at < bytes.byteLength; at += BLOCK_BYTES) {
    add(bytes.subarray(at, at + BLOCK_BYTES))
  }
}
