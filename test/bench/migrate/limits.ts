/** The best that a move could be on this machine, from rates measured in the run itself. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Link } from './link.ts'

/** Bytes per second. */
export interface Rates {
  /** Of one thread, in blocks of 16 KiB. */
  readonly sha256: number
  /** Of one thread, one way, in Noise's messages. */
  readonly cipher: number
  /** To the end of an fdatasync. */
  readonly write: number
}

const SAMPLE_BYTES = 64 * 2 ** 20
const BLOCK_BYTES = 16_384
const NOISE_MESSAGE_BYTES = 65_519
/** The best of some: others use the machine too, and a limit is what nobody disturbs. */
const TRIES = 3
/** The bench counts on two cores, as the goals do. */
const CORES = 2
const SLOW_BYTES_PER_S = 12.5e6
const ROUND_TRIP_S = 0.02

export async function measureRates(folder: string): Promise<Rates> {
  const sample = randomBytes(SAMPLE_BYTES)
  return {
    sha256: await best(async () => {
      for (const piece of pieces(sample, BLOCK_BYTES)) createHash('sha256').update(piece).digest()
    }),
    cipher: await best(async () => {
      const how = { authTagLength: 16 }
      for (const piece of pieces(sample, NOISE_MESSAGE_BYTES)) {
        const cipher = createCipheriv('chacha20-poly1305', Buffer.alloc(32), Buffer.alloc(12), how)
        cipher.update(piece)
        cipher.final()
      }
    }),
    write: await best(() => write(join(folder, 'written'), sample))
  }
}

/**
 * Seconds below which no program comes that encrypts, checks every block and has it on the disk: both sides' processor
 * time on two cores, the disk, or the link, whichever takes longest, as if they overlapped without a gap.
 */
export function limitOf(
  link: Link,
  bytes: { readonly content: number; readonly wire: number },
  rates: Rates
): number {
  const processor = ((2 * bytes.wire) / rates.cipher + bytes.content / rates.sha256) / CORES
  const disk = bytes.content / rates.write
  const line = link.name === 'loopback' ? 0 : bytes.wire / SLOW_BYTES_PER_S + ROUND_TRIP_S
  return Math.max(processor, disk, line)
}

async function best(work: () => Promise<void>): Promise<number> {
  let rate = 0
  for (let nth = 0; nth < TRIES; nth++) {
    const beganMs = performance.now()
    await work()
    rate = Math.max(rate, (SAMPLE_BYTES * 1_000) / (performance.now() - beganMs))
  }
  return rate
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.datasync()
  } finally {
    await handle.close()
    await rm(file)
  }
}

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}
