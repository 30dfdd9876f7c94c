import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'

/**
 * Cost of a guess at the password: OWASP's scrypt setting with 32 MiB (n = 2^15, r = 8, p = 3), about a
 * quarter of a second. Kept in each file, so that it can grow without losing old identities.
 */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 15, r: 8, p: 3 }

export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

const SALT_BYTES = 32
const STRETCHED_BYTES = 32
/** 128 n r bytes are allocated because a file says so: 256 MiB at most. */
const SCRYPT_MEMORY_MAX = 256 * 1024 * 1024

export const kdfSchema: z.ZodType<KdfParameters> = z
  .strictObject({
    name: z.literal('scrypt'),
    n: z
      .int()
      .min(2)
      .refine(n => Number.isInteger(Math.log2(n)), 'n must be a power of two'),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(16),
    salt: z.string().regex(/^[0-9a-f]{64}$/)
  })
  .refine(({ n, r }) => 128 * n * r <= SCRYPT_MEMORY_MAX, 'the scrypt cost asks for over 256 MiB')

export interface KdfParameters extends ScryptCost {
  readonly name: 'scrypt'
  /** 32 bytes, hex. */
  readonly salt: string
}

export function freshKdf(cost: ScryptCost): KdfParameters {
  return { name: 'scrypt', ...cost, salt: randomBytes(SALT_BYTES).toString('hex') }
}

export type Stretch = (password: string, kdf: KdfParameters) => Promise<Uint8Array>

/** A stretch that runs scrypt once for files that share salt and cost. Keep it only while opening. */
export function createStretch(): Stretch {
  const done = new Map<string, Promise<Uint8Array>>()
  return (password, kdf) => {
    const name = JSON.stringify([password, kdf.n, kdf.r, kdf.p, kdf.salt])
    const known = done.get(name)
    if (known !== undefined) return known
    const run = runScrypt(password, kdf)
    done.set(name, run)
    return run
  }
}

function runScrypt(password: string, kdf: KdfParameters): Promise<Uint8Array> {
  const { n: N, r, p } = kdf
  const options = { N, r, p, maxmem: SCRYPT_MEMORY_MAX + 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(kdf.salt, 'hex'), STRETCHED_BYTES, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
