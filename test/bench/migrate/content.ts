/** What stands in the blocks of a machine: the same five kinds for its disk and its memory. */
import { SeededBytes } from './seeded-bytes.ts'

/** A hole is never written; zeros are, as a guest writes them. */
export type Kind = 'hole' | 'zero' | 'text' | 'records' | 'random'

export type Content = (kind: Exclude<Kind, 'hole'>, source: SeededBytes, length: number) => Buffer

const WORDS = 20_000
/** 16 bits of the source choose a word. */
const CHOICES = 65_536
const LETTERS = 'etaoinshrdlucmfwypvbgkjqxz'
const RECORD_BYTES = 64
/** The upper half of a user-space address on x86-64, which pointers of one process share. */
const POINTER_HIGH = 0x7f3a

export function contentOf(seed: number): Content {
  const words = vocabulary(new SeededBytes(seed, 'words'))
  return (kind, source, length) => {
    switch (kind) {
      case 'zero':
        return Buffer.alloc(length)
      case 'text':
        return text(words, source, length)
      case 'records':
        return records(source, length)
      case 'random':
        return source.bytes(length)
    }
  }
}

/** The words by choice: the n-th word is chosen in proportion to 1/n (Zipf), as in a text. */
function vocabulary(source: SeededBytes): readonly Buffer[] {
  const words = Array.from({ length: WORDS }, () => word(source))
  return Array.from({ length: CHOICES }, (_, choice) => {
    const rank = Math.floor(Math.exp(((choice + 0.5) / CHOICES) * Math.log(WORDS + 1))) - 1
    return words[Math.min(WORDS - 1, rank)] ?? Buffer.alloc(0)
  })
}

function word(source: SeededBytes): Buffer {
  const length = 2 + source.integer(9)
  let letters = ''
  for (let at = 0; at < length; at++) letters += LETTERS[Math.floor(26 * source.fraction() ** 2)]
  if (source.fraction() < 0.06) return Buffer.from(`${letters}\n`)
  return Buffer.from(letters + (source.fraction() < 0.05 ? '_x();\n\t' : ' '))
}

function text(words: readonly Buffer[], source: SeededBytes, length: number): Buffer {
  const result = Buffer.allocUnsafe(length)
  for (let written = 0; written < length; ) {
    const choices = source.uint32()
    for (const choice of [choices & 0xffff, choices >>> 16])
      written += words[choice]?.copy(result, written) ?? 0
  }
  return result
}

/** A table as a database or a kernel keeps it: counters, small numbers, pointers, a few random bytes. */
function records(source: SeededBytes, length: number): Buffer {
  const result = Buffer.alloc(length)
  let id = source.uint32() & 0xffffff
  const base = source.uint32() & 0xfffff000
  for (let at = 0; at + RECORD_BYTES <= length; at += RECORD_BYTES) {
    const small = source.uint32()
    const near = source.uint32()
    const far = source.uint32()
    result.writeUInt32LE(id++, at)
    result.writeUInt16LE(small & 0x1ff, at + 8)
    result.writeUInt32LE((base + (near & 0xfff8)) >>> 0, at + 16)
    result.writeUInt16LE(POINTER_HIGH, at + 20)
    result.writeUInt32LE((base + (far & 0x3fff8)) >>> 0, at + 24)
    result.writeUInt16LE(POINTER_HIGH, at + 28)
    result.writeUInt32LE(small >>> 9, at + 32)
    result.writeUInt32LE(near, at + 40)
    result.writeUInt32LE(far, at + 44)
    result[at + 48] = small >>> 28
    result[at + 56] = 1
  }
  return result
}
