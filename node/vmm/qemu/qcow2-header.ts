/**
 * What a qcow2 file says of itself, read without starting a program (QEMU, docs/interop/qcow2.txt): on which
 * file it lies, and which dirty bitmaps it keeps. All numbers are big-endian.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { readExactly } from './file-bytes.ts'

const MAGIC = 0x514649fb
const BITMAPS_EXTENSION = 0x23852875

/** Header, its extensions and the backing file's name lie in the first cluster; ours are far shorter. */
const HEAD_BYTES = 4096
const DIRECTORY_MAX_BYTES = 2 ** 20

/** Autoclear bit: cleared by a program that wrote the disk and did not know of bitmaps. */
const BITMAPS_CONSISTENT = 1n
const FLAG_IN_USE = 1

export interface Qcow2Bitmap {
  readonly name: string
  readonly granularityBytes: number
  /** False after whoever recorded ended without writing it out, or while somebody records. */
  readonly isWhole: boolean
}

export interface Qcow2Header {
  readonly sizeBytes: number
  /** As written in the file: relative to its folder, or absolute. */
  readonly backing: string | undefined
  readonly bitmaps: readonly Qcow2Bitmap[]
}

/** Throws when the file is no qcow2 of version 3. */
export async function readQcow2(path: string): Promise<Qcow2Header> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const head = Buffer.from(await readExactly(file, 0, Math.min(size, HEAD_BYTES)))
    const { place, ...header } = decodeHead(head)
    const bitmaps = place === undefined ? [] : await readDirectory(file, place)
    return { ...header, bitmaps }
  } finally {
    await file.close()
  }
}

interface DirectoryPlace {
  readonly offset: number
  readonly length: number
  readonly count: number
}

export interface Head {
  readonly sizeBytes: number
  readonly backing: string | undefined
  readonly place: DirectoryPlace | undefined
}

export function decodeHead(head: Buffer): Head {
  if (head.length < 104 || head.readUInt32BE(0) !== MAGIC || head.readUInt32BE(4) !== 3) {
    throw new Error('The disk is no qcow2 file of version 3.')
  }
  const backingAt = Number(head.readBigUInt64BE(8))
  const backingLength = head.readUInt32BE(16)
  if (backingAt + backingLength > head.length) throw new Error('The name of the base is too long.')
  return {
    sizeBytes: Number(head.readBigUInt64BE(24)),
    backing:
      backingAt === 0 ? undefined : head.toString('utf8', backingAt, backingAt + backingLength),
    place: (head.readBigUInt64BE(88) & BITMAPS_CONSISTENT) === 0n ? undefined : findBitmaps(head)
  }
}

function findBitmaps(head: Buffer): DirectoryPlace | undefined {
  for (let at = head.readUInt32BE(100); at + 8 <= head.length; ) {
    const type = head.readUInt32BE(at)
    const length = head.readUInt32BE(at + 4)
    if (type === 0) return undefined
    if (type === BITMAPS_EXTENSION && length >= 24 && at + 32 <= head.length) {
      return {
        count: head.readUInt32BE(at + 8),
        length: Number(head.readBigUInt64BE(at + 16)),
        offset: Number(head.readBigUInt64BE(at + 24))
      }
    }
    at += 8 + Math.ceil(length / 8) * 8
  }
  return undefined
}

async function readDirectory(
  file: FileHandle,
  place: DirectoryPlace
): Promise<readonly Qcow2Bitmap[]> {
  if (place.length > DIRECTORY_MAX_BYTES) throw new Error('The list of bitmaps is too long.')
  const bytes = await readExactly(file, place.offset, place.length)
  return decodeDirectory(Buffer.from(bytes), place.count)
}

export function decodeDirectory(bytes: Buffer, count: number): readonly Qcow2Bitmap[] {
  const bitmaps: Qcow2Bitmap[] = []
  for (let at = 0; bitmaps.length < count; ) {
    if (at + 24 > bytes.length) throw new Error('The list of bitmaps ends too early.')
    const nameLength = bytes.readUInt16BE(at + 18)
    const nameAt = at + 24 + bytes.readUInt32BE(at + 20)
    if (nameAt + nameLength > bytes.length) throw new Error('The list of bitmaps ends too early.')
    bitmaps.push({
      name: bytes.toString('utf8', nameAt, nameAt + nameLength),
      granularityBytes: 2 ** bytes.readUInt8(at + 17),
      isWhole: (bytes.readUInt32BE(at + 12) & FLAG_IN_USE) === 0
    })
    at += Math.ceil((nameAt + nameLength - at) / 8) * 8
  }
  return bitmaps
}
