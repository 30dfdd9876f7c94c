import { open } from 'node:fs/promises'
import {
  type Anchor,
  CHECKPOINT_TEXT_MAX,
  type CosignedCheckpoint,
  checkCosignatures,
  type Hash,
  type PublicKey,
  parseCheckpoint,
  WitnessError
} from '../../ledger/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { keyOfPeer, peerTextOf } from '../network/index.ts'

/** What an auditor believes to begin with. */
export type TrustedCheckpoint =
  | { readonly kind: 'block'; readonly hash: Hash }
  /** A file, if so many of these witnesses, PeerIds or keys in hex, have cosigned it; all of them unless told. */
  | {
      readonly kind: 'file'
      readonly path: string
      readonly witnesses: readonly string[]
      readonly needed?: number
    }

export interface OpenCheckpoint {
  readonly anchor: Anchor
  /** PeerIds of all who cosigned it, whoever was asked for. */
  readonly witnesses: readonly string[]
}

/** Rejects with `WitnessError`, or with what the disk says. */
export async function openCheckpoint(
  trusted: TrustedCheckpoint,
  network: Hash
): Promise<OpenCheckpoint> {
  if (trusted.kind === 'block') return { anchor: trusted, witnesses: [] }
  const cosigned = await readCheckpoint(trusted.path)
  const { checkpoint, cosignatures } = cosigned
  if (checkpoint.network !== network) {
    const message = `it is of network ${checkpoint.network}, the ledger of ${network}`
    throw new WitnessError('CHECKPOINT_FOREIGN', message)
  }
  checkCosignatures(cosigned, new Set(trusted.witnesses.map(keyNamed)), nodeCrypto, trusted.needed)
  const { height, root, block } = checkpoint
  return {
    anchor: { kind: 'log', size: height, root, block },
    witnesses: cosignatures.map(({ witness }) => peerTextOf(witness))
  }
}

async function readCheckpoint(path: string): Promise<CosignedCheckpoint> {
  const file = await open(path, 'r')
  try {
    // One more than may be there: a longer file is refused as what it is.
    const bytes = Buffer.alloc(CHECKPOINT_TEXT_MAX + 1)
    const { bytesRead } = await file.read(bytes)
    return parseCheckpoint(bytes.toString('latin1', 0, bytesRead))
  } finally {
    await file.close()
  }
}

function keyNamed(word: string): PublicKey {
  if (/^[0-9a-f]{64}$/.test(word)) return word
  let key: PublicKey | undefined
  try {
    key = keyOfPeer(word)
  } catch {
    // Not even the form of a PeerId; refused as keys of another kind are.
  }
  if (key !== undefined) return key
  throw new WitnessError(
    'WITNESS_UNKNOWN',
    `"${word}" is neither a PeerId nor a key of 64 hex digits`
  )
}
