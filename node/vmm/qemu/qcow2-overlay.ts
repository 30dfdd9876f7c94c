/**
 * An empty qcow2 file over another disk, written without starting a program: an arriving copy waits for it. As
 * `qemu-img create` lays it out (QEMU, docs/interop/qcow2.txt), one cluster each but for the last:
 *
 *     header, names | refcount table | refcount block | L1 table, empty
 */
import { open } from 'node:fs/promises'
import { writeExactly } from './file-bytes.ts'

const MAGIC = 0x514649fb
const VERSION = 3
const HEADER_BYTES = 112
/** Clusters of 128 KiB with subclusters of 4 KiB: `DISK_FORMAT_WORDS` of disk.ts. */
const CLUSTER_BITS = 17
const CLUSTER_BYTES = 2 ** CLUSTER_BITS
const EXTENDED_L2 = 1n << 4n
/** Refcounts of 16 bits. */
const REFCOUNT_ORDER = 4
/** An extended L2 entry has 16 bytes, and each L1 entry leads to a cluster of them. */
const L1_ENTRY_COVERS_BYTES = (CLUSTER_BYTES / 16) * CLUSTER_BYTES
const L1_ENTRY_BYTES = 8
const REFCOUNT_TABLE_AT = 1 * CLUSTER_BYTES
const REFCOUNT_BLOCK_AT = 2 * CLUSTER_BYTES
const L1_AT = 3 * CLUSTER_BYTES
/** QEMU opens no larger table: 4 PiB of disk, and far fewer clusters than one refcount block counts. */
const L1_MAX_BYTES = 32 * 2 ** 20

const BACKING_FORMAT_EXTENSION = 0xe2792aca
const END_OF_EXTENSIONS_BYTES = 8
/** The longest name of a base that QEMU takes. */
const NAME_MAX_BYTES = 1023

export interface Overlay {
  readonly sizeBytes: number
  /** Relative to the overlay's folder, or absolute. */
  readonly base: { readonly name: string; readonly format: 'qcow2' | 'raw' }
}

/** Throws EEXIST where a file is already. Not synced. */
export async function writeOverlay(path: string, overlay: Overlay): Promise<void> {
  const l1Entries = Math.max(1, Math.ceil(overlay.sizeBytes / L1_ENTRY_COVERS_BYTES))
  const l1Bytes = l1Entries * L1_ENTRY_BYTES
  if (l1Bytes > L1_MAX_BYTES) throw new Error(`A disk of ${overlay.sizeBytes} bytes is too large.`)
  const clusters = Math.ceil((L1_AT + l1Bytes) / CLUSTER_BYTES)
  const header = encodeHeader(overlay, l1Entries)
  const file = await open(path, 'wx', 0o600)
  try {
    // What is not written is zeros.
    await file.truncate(L1_AT + l1Bytes)
    await writeExactly(file, 0, header)
    await writeExactly(file, REFCOUNT_TABLE_AT, encodeTableEntry(REFCOUNT_BLOCK_AT))
    await writeExactly(file, REFCOUNT_BLOCK_AT, encodeRefcounts(clusters))
  } finally {
    await file.close()
  }
}

function encodeHeader({ sizeBytes, base }: Overlay, l1Entries: number): Buffer {
  const name = Buffer.from(base.name)
  if (name.length === 0 || name.length > NAME_MAX_BYTES) {
    throw new Error(`The name of a base has 1 to ${NAME_MAX_BYTES} bytes, not ${name.length}.`)
  }
  const extension = encodeExtension(BACKING_FORMAT_EXTENSION, base.format)
  const nameAt = HEADER_BYTES + extension.length + END_OF_EXTENSIONS_BYTES
  const header = Buffer.alloc(nameAt + name.length)
  header.writeUInt32BE(MAGIC, 0)
  header.writeUInt32BE(VERSION, 4)
  header.writeBigUInt64BE(BigInt(nameAt), 8)
  header.writeUInt32BE(name.length, 16)
  header.writeUInt32BE(CLUSTER_BITS, 20)
  header.writeBigUInt64BE(BigInt(sizeBytes), 24)
  header.writeUInt32BE(l1Entries, 36)
  header.writeBigUInt64BE(BigInt(L1_AT), 40)
  header.writeBigUInt64BE(BigInt(REFCOUNT_TABLE_AT), 48)
  header.writeUInt32BE(1, 56)
  header.writeBigUInt64BE(EXTENDED_L2, 72)
  header.writeUInt32BE(REFCOUNT_ORDER, 96)
  header.writeUInt32BE(HEADER_BYTES, 100)
  extension.copy(header, HEADER_BYTES)
  name.copy(header, nameAt)
  return header
}

/** Type, length, and the text, padded to a multiple of 8. */
function encodeExtension(type: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  const extension = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8)
  extension.writeUInt32BE(type, 0)
  extension.writeUInt32BE(bytes.length, 4)
  bytes.copy(extension, 8)
  return extension
}

function encodeTableEntry(offset: number): Buffer {
  const entry = Buffer.alloc(8)
  entry.writeBigUInt64BE(BigInt(offset))
  return entry
}

/** Each of the clusters so far is used once. */
function encodeRefcounts(clusters: number): Buffer {
  const counts = Buffer.alloc(clusters * 2)
  for (let at = 0; at < clusters; at++) counts.writeUInt16BE(1, at * 2)
  return counts
}
