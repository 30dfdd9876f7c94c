import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Hash } from '../../ledger/index.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const size = z.number().int().nonnegative()

const fileSchema = z.object({ sha256, sizeBytes: size })

const manifestSchema: z.ZodType<Manifest> = z.object({
  format: z.literal('virtuoso-image-1'),
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  hash: sha256,
  minimum: z.object({ memoryMb: size, storageMb: size }),
  files: z.object({ kernel: fileSchema, initrd: fileSchema, 'disk.raw': fileSchema }),
  packages: z.array(z.object({ name: z.string(), version: z.string() })).max(64)
})

/** What an image directory says of itself in manifest.json. */
export interface Manifest {
  readonly format: 'virtuoso-image-1'
  readonly name: string
  readonly hash: Hash
  readonly minimum: { readonly memoryMb: number; readonly storageMb: number }
  readonly files: Readonly<Record<'kernel' | 'initrd' | 'disk.raw', FileDescription>>
  readonly packages: readonly { readonly name: string; readonly version: string }[]
}

export interface FileDescription {
  readonly sha256: Hash
  readonly sizeBytes: number
}

export type ManifestFile = keyof Manifest['files']

export const MANIFEST_FILES: readonly ManifestFile[] = ['disk.raw', 'initrd', 'kernel']

/** A manifest names a handful of files; what is longer is not one. */
export const MANIFEST_MAX_BYTES: number = 65536

/** Throws with the field that is wrong. The hash must be that of the listing. */
export function decodeManifest(text: string): Manifest {
  const manifest = manifestSchema.parse(JSON.parse(text))
  const expected = imageHash(manifest)
  if (manifest.hash === expected) return manifest
  throw new Error(`The manifest claims hash ${manifest.hash}, its files make ${expected}.`)
}

export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/**
 * sha256 over a listing with one line each: format, name, least memory and storage, then every file in
 * alphabetical order with its length and sha256. The versions of the packages are told but not hashed.
 */
export function imageHash(manifest: Omit<Manifest, 'hash'>): Hash {
  const { format, name, minimum, files } = manifest
  const listing = [
    format,
    `name ${name}`,
    `minimum ${minimum.memoryMb} ${minimum.storageMb}`,
    ...MANIFEST_FILES.map(file => `file ${file} ${files[file].sizeBytes} ${files[file].sha256}`)
  ]
  return createHash('sha256')
    .update(`${listing.join('\n')}\n`)
    .digest('hex')
}
