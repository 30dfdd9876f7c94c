/** Exported ledgers in memory, whole or altered. */
import {
  auditReport,
  auditStep,
  type CertifiedBlock,
  type Crypto,
  createAudit,
  ExportError,
  type Genesis,
  readExport,
  writeExport
} from '../../ledger/index.ts'
import { testCrypto } from './ed25519.ts'
import * as sample from './ledger-samples.ts'
import { sampleBatches, sampleChain } from './sample-chain.ts'

/** The export of the four blocks of the sample network. */
export function sampleExport(): Promise<Uint8Array> {
  return exported(sampleChain(sampleBatches()).blocks)
}

export async function exported(
  blocks: readonly CertifiedBlock[],
  { from = 1, genesis = sample.genesis }: { from?: number; genesis?: Genesis } = {}
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of writeExport(genesis, from, blocks, testCrypto)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

/** In pieces of a length that fits nothing. */
export async function* inPieces(bytes: Uint8Array, length = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

/** The bytes with one bit of the one at `at` turned. */
export function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const other = Uint8Array.from(bytes)
  other[at] = (other[at] ?? 0) ^ bit
  return other
}

/** Of files that differ in one byte almost all signatures are the same: each good one is checked once. */
const good = new Set<string>()
const remembering: Crypto = {
  ...testCrypto,
  verify(key, message, signature) {
    const name = testCrypto.sha256Text(Buffer.concat([key, signature, message]))
    const isGood = good.has(name) || testCrypto.verify(key, message, signature)
    if (isGood) good.add(name)
    return isGood
  }
}

/** What our own reader and audit say of a whole file; null where all is well. */
export async function audited(
  bytes: Uint8Array
): Promise<{ readonly code: string; readonly height: number } | null> {
  try {
    const file = await readExport(inPieces(bytes, bytes.length), testCrypto)
    if (file.from !== 1) return { code: 'EXPORT_PARTIAL', height: 1 }
    let audit = createAudit(file.genesis, remembering)
    for await (const certified of file.blocks) {
      audit = auditStep(audit, certified)
      if (audit.fault !== null) return audit.fault
    }
    return auditReport(audit).fault
  } catch (error) {
    if (error instanceof ExportError) return error
    throw error
  }
}
