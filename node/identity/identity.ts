import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Signer } from '../../ledger/index.ts'
import { createSigner, ED25519_KEY_BYTES, publicKeyOf } from '../crypto/index.ts'
import { syncDirectory, writeFileAtomic } from '../disk/index.ts'
import { IdentityError } from './identity-error.ts'
import { type KeyFile, type KeyRole, openKey, parseKeyFile, sealKey } from './key-file.ts'
import { checkPassword } from './password.ts'
import { createStretch, freshKdf, SCRYPT_COST, type ScryptCost } from './stretch.ts'

/** An unlocked identity: who pays, and which machine speaks. */
export interface Identity {
  /** Signs orders and the account's transactions. */
  readonly account: Signer
  /** Signs as the host; its public key is the node's PeerId. */
  readonly node: Signer
  /** Seed and public key of the node (64 bytes), the form libp2p takes an Ed25519 key in. */
  readonly nodeKeyRaw: Uint8Array
}

/** What can be read without the password. */
export interface PublicIdentity {
  /** Lower-case hex. */
  readonly account: string
  readonly node: string
}

export interface CreateIdentityOptions {
  /** Directory for the two files; made with mode 0700. */
  readonly dir: string
  readonly password: string
  /** Default `SCRYPT_COST`. */
  readonly cost?: ScryptCost
}

const FILE_NAMES: Readonly<Record<KeyRole, string>> = {
  account: 'account.key.json',
  node: 'node.key.json'
}

/**
 * Makes two fresh keys. Refuses IDENTITY_EXISTS rather than lose a key that may own money. Both files appear
 * with one rename: after a crash there is a whole identity or none.
 */
export async function createIdentity(options: CreateIdentityOptions): Promise<Identity> {
  const password = checkPassword(options.password)
  const parent = dirname(resolve(options.dir))
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const kdf = freshKdf(options.cost ?? SCRYPT_COST)
  const stretched = await createStretch()(password, kdf)
  const seeds = { account: randomBytes(ED25519_KEY_BYTES), node: randomBytes(ED25519_KEY_BYTES) }
  const beside = await mkdtemp(join(parent, '.identity-'))
  try {
    await writeKeyFile(beside, sealKey('account', seeds.account, kdf, stretched))
    await writeKeyFile(beside, sealKey('node', seeds.node, kdf, stretched))
    await putInPlace(beside, options.dir)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    throw error
  }
  await syncDirectory(parent)
  return identityOf(seeds.account, seeds.node)
}

/** Unlocks both keys. Throws IDENTITY_MISSING, WRONG_PASSWORD or IDENTITY_DAMAGED. */
export async function loadIdentity(options: {
  readonly dir: string
  readonly password: string
}): Promise<Identity> {
  const { dir, password } = options
  const stretch = createStretch()
  const [account, node] = await Promise.all([readKeyFile(dir, 'account'), readKeyFile(dir, 'node')])
  // Not checkPassword: an identity made under other rules must still open.
  const typed = password.normalize('NFC')
  const [accountSeed, nodeSeed] = await Promise.all([
    openKey(join(dir, FILE_NAMES.account), account, typed, stretch),
    openKey(join(dir, FILE_NAMES.node), node, typed, stretch)
  ])
  return identityOf(accountSeed, nodeSeed)
}

/** The public halves, without a password. */
export async function readPublicIdentity(dir: string): Promise<PublicIdentity> {
  const [account, node] = await Promise.all([readKeyFile(dir, 'account'), readKeyFile(dir, 'node')])
  return { account: account.publicKey, node: node.publicKey }
}

function writeKeyFile(dir: string, file: KeyFile): Promise<void> {
  return writeFileAtomic(join(dir, FILE_NAMES[file.role]), `${JSON.stringify(file, null, 2)}\n`)
}

async function putInPlace(beside: string, dir: string): Promise<void> {
  try {
    // Succeeds over a missing or empty directory only.
    await rename(beside, dir)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST') && !hasCode(cause, 'ENOTEMPTY')) throw cause
    throw new IdentityError(
      'IDENTITY_EXISTS',
      `there is already an identity in ${dir}; choose another directory, or move it away`,
      { cause }
    )
  }
}

async function readKeyFile(dir: string, role: KeyRole): Promise<KeyFile> {
  const path = join(dir, FILE_NAMES[role])
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cause
    throw new IdentityError(
      'IDENTITY_MISSING',
      `there is no identity in ${dir} (${FILE_NAMES[role]} is missing): make one with virtuoso node init`,
      { cause }
    )
  }
  return parseKeyFile(path, role, text)
}

function identityOf(accountSeed: Uint8Array, nodeSeed: Uint8Array): Identity {
  const nodeKeyRaw = new Uint8Array(2 * ED25519_KEY_BYTES)
  nodeKeyRaw.set(nodeSeed)
  nodeKeyRaw.set(publicKeyOf(nodeSeed), ED25519_KEY_BYTES)
  return { account: createSigner(accountSeed), node: createSigner(nodeSeed), nodeKeyRaw }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
