/** Chunks one after the other in a file: what a line between two nodes would carry, without the line. */
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Chunk, StateRange } from '../../../ledger/index.ts'

export interface FiledChunk {
  readonly range: StateRange
  readonly chunk: Chunk
}

export async function writeChunk(file: FileHandle, { range, chunk }: FiledChunk): Promise<void> {
  const words = JSON.stringify({ ...range, next: chunk.next })
  const head = Buffer.alloc(8)
  head.writeUInt32BE(words.length, 0)
  head.writeUInt32BE(chunk.proof.length, 4)
  await file.writev([head, Buffer.from(words), chunk.proof])
}

export async function* readChunks(path: string): AsyncGenerator<FiledChunk> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 18 })) {
    rest = Buffer.concat([rest, piece as Buffer])
    for (let size = sizeIn(rest); size !== null; size = sizeIn(rest)) {
      const words = rest.readUInt32BE(0)
      const said = JSON.parse(rest.subarray(8, 8 + words).toString('latin1')) as StateRange & Chunk
      const proof = Uint8Array.from(rest.subarray(8 + words, size))
      yield { range: { from: said.from, to: said.to }, chunk: { next: said.next, proof } }
      rest = rest.subarray(size)
    }
  }
}

/** Bytes of the first chunk, where it is whole. */
function sizeIn(bytes: Buffer): number | null {
  if (bytes.length < 8) return null
  const size = 8 + bytes.readUInt32BE(0) + bytes.readUInt32BE(4)
  return bytes.length < size ? null : size
}
