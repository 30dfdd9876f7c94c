import type { Crypto, Hash } from '../../ledger/index.ts'
import type { MachineContent, PartShape } from '../vmm/index.ts'
import { hashChanges, hashPart } from './hash.ts'
import type { ManifestWriter, StoredManifest, StoredPart } from './manifest-file.ts'
import type { ManifestFolder } from './manifest-folder.ts'

/**
 * Makes the manifest of a content durable and gives its root. With a record of changes since a version whose manifest
 * is here only the changed blocks are read; when that manifest turns out to be damaged everything is.
 */
export async function sealContent(
  content: MachineContent,
  manifests: ManifestFolder,
  crypto: Crypto
): Promise<Hash> {
  const { mark } = content
  const old = mark === undefined ? undefined : await manifests.open(mark).catch(() => undefined)
  if (old === undefined) return await write(content, manifests, crypto, undefined)
  try {
    return await write(content, manifests, crypto, old)
  } catch {
    await manifests.remove(old.root)
    return await write(content, manifests, crypto, undefined)
  } finally {
    await old.close()
  }
}

async function write(
  content: MachineContent,
  manifests: ManifestFolder,
  crypto: Crypto,
  old: StoredManifest | undefined
): Promise<Hash> {
  const writer = await manifests.writer(content.parts)
  try {
    for (const shape of content.parts) await hash(content, shape, old, crypto, writer)
    const root = await writer.finish()
    await manifests.keep(root)
    return root
  } catch (error) {
    await writer.discard()
    throw error
  }
}

async function hash(
  content: MachineContent,
  shape: PartShape,
  old: StoredManifest | undefined,
  crypto: Crypto,
  writer: ManifestWriter
): Promise<void> {
  const part = old?.parts.find(each => isSameShape(each, shape))
  const isRecorded =
    part !== undefined && (await content.changed(shape.name, NOTHING)) !== undefined
  if (part !== undefined && isRecorded) await hashChanges(content, part, crypto, writer)
  else await hashPart(content, shape, crypto, writer)
}

const NOTHING = { offset: 0, length: 0 }

function isSameShape({ shape }: StoredPart, { name, format, sizeBytes }: PartShape): boolean {
  return shape.name === name && shape.format === format && shape.sizeBytes === sizeBytes
}
