import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ED25519_KEY_BYTES, publicKeyOf } from '../crypto/index.ts'
import { IdentityError } from './identity-error.ts'
import { type KdfParameters, kdfSchema, type Stretch } from './stretch.ts'

/**
 * One encrypted key on disk:
 *
 *     password --scrypt(kdf)--> stretched --HKDF(role)--> AES-256-GCM key --> 32-byte Ed25519 seed
 *
 * Everything that is not encrypted is authenticated as additional data, so an exchanged public key or role
 * does not decrypt. Both files of an identity share the salt: one scrypt run opens both.
 */
export type KeyRole = 'account' | 'node'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

const hex = (bytes: number): z.ZodType<string> =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))

const keyFileSchema: z.ZodType<KeyFile> = z.strictObject({
  format: z.literal('virtuoso-key'),
  version: z.literal(1),
  role: z.enum(['account', 'node']),
  publicKey: hex(ED25519_KEY_BYTES),
  kdf: kdfSchema,
  cipher: z.strictObject({ name: z.literal(CIPHER), nonce: hex(NONCE_BYTES), tag: hex(TAG_BYTES) }),
  secret: hex(ED25519_KEY_BYTES)
})

export interface KeyFile {
  readonly format: 'virtuoso-key'
  readonly version: 1
  readonly role: KeyRole
  readonly publicKey: string
  readonly kdf: KdfParameters
  readonly cipher: { readonly name: typeof CIPHER; readonly nonce: string; readonly tag: string }
  readonly secret: string
}

export function sealKey(
  role: KeyRole,
  seed: Uint8Array,
  kdf: KdfParameters,
  stretched: Uint8Array
): KeyFile {
  const nonce = randomBytes(NONCE_BYTES)
  const publicKey = Buffer.from(publicKeyOf(seed)).toString('hex')
  const cipher = createCipheriv(CIPHER, cipherKey(stretched, role), nonce)
  cipher.setAAD(associated(role, publicKey, kdf))
  const secret = Buffer.concat([cipher.update(seed), cipher.final()])
  return {
    format: 'virtuoso-key',
    version: 1,
    role,
    publicKey,
    kdf,
    cipher: {
      name: CIPHER,
      nonce: nonce.toString('hex'),
      tag: cipher.getAuthTag().toString('hex')
    },
    secret: secret.toString('hex')
  }
}

/** The 32-byte seed. Throws WRONG_PASSWORD, or IDENTITY_DAMAGED when it decrypts to another key. */
export async function openKey(
  path: string,
  file: KeyFile,
  password: string,
  stretch: Stretch
): Promise<Uint8Array> {
  const stretched = await stretch(password, file.kdf)
  const decipher = createDecipheriv(
    CIPHER,
    cipherKey(stretched, file.role),
    Buffer.from(file.cipher.nonce, 'hex')
  )
  decipher.setAAD(associated(file.role, file.publicKey, file.kdf))
  decipher.setAuthTag(Buffer.from(file.cipher.tag, 'hex'))
  const seed = decrypted(path, () =>
    Buffer.concat([decipher.update(Buffer.from(file.secret, 'hex')), decipher.final()])
  )
  if (Buffer.from(publicKeyOf(seed)).toString('hex') !== file.publicKey) {
    throw damaged(path, 'the key inside does not belong to the public key beside it')
  }
  return seed
}

function decrypted(path: string, run: () => Buffer): Buffer {
  try {
    return run()
  } catch (cause) {
    throw new IdentityError(
      'WRONG_PASSWORD',
      `the password does not open ${path} (or the file was altered)`,
      { cause }
    )
  }
}

export function parseKeyFile(path: string, role: KeyRole, text: string): KeyFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'it is no JSON', cause)
  }
  const parsed = keyFileSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw damaged(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`)
  }
  if (parsed.data.role !== role) {
    throw damaged(path, `it holds the key of the ${parsed.data.role}, expected that of the ${role}`)
  }
  return parsed.data
}

function damaged(path: string, why: string, cause?: unknown): IdentityError {
  return new IdentityError(
    'IDENTITY_DAMAGED',
    `the key file ${path} is damaged (${why}): restore it from a backup`,
    cause === undefined ? undefined : { cause }
  )
}

function cipherKey(stretched: Uint8Array, role: KeyRole): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', stretched, '', `virtuoso key file 1 ${role}`, 32))
}

function associated(role: KeyRole, publicKey: string, kdf: KdfParameters): Buffer {
  const { name, n, r, p, salt } = kdf
  return Buffer.from(JSON.stringify(['virtuoso-key', 1, role, publicKey, name, n, r, p, salt]))
}
