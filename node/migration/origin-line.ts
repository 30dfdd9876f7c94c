import {
  type Hash,
  type MigrationRecord,
  type SignedReceipt,
  verifyReceipt
} from '../../ledger/index.ts'
import {
  answerChallenge,
  BLOCK_BYTES,
  type BlocksSource,
  blocksSource,
  type Challenge,
  type Outline,
  type PartName
} from '../../protocols/blocks/index.ts'
import { ContentMismatch } from '../transfer/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import type { MoveOptions } from './options.ts'
import { LineLost } from './persistently.ts'
import { ReceiptUnsigned } from './withheld.ts'

export interface LineOptions extends Pick<MoveOptions, 'replica' | 'network'> {
  readonly migration: MigrationRecord
  /** As the REQ names it; may be empty. */
  readonly originAddress: string
  readonly signal: AbortSignal
}

/** A stream to the origin of a move, which has said hello. */
export interface OriginLine {
  readonly source: BlocksSource
  readonly outline: Outline
}

/** Throws `LineLost` where the origin cannot be reached, else what `BlocksSource` throws. */
export async function dialOrigin(options: LineOptions): Promise<OriginLine> {
  const { replica, network, migration, originAddress, signal } = options
  const origin = replica.state().host(migration.origin)
  if (origin === undefined) throw new Error('the origin is not on the ledger')
  const addresses = originAddress === '' ? [] : [originAddress]
  const stream = await network
    .open('blocks', origin.key, { addresses, signal })
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new LineLost(`it cannot be reached: ${why}`, { cause })
    })
  const source = blocksSource(stream, { signal })
  try {
    return { source, outline: await source.hello(migration.machine, migration.id) }
  } catch (error) {
    // Not awaited: it lasts until the origin has closed its end, which may be dead.
    void source.close()
    throw error
  }
}

/**
 * Answers the origin's challenge from what lies on this disk, not from what went by. Throws what `whyWithheld` knows
 * when the origin gives no receipt that the ledger would take.
 */
export async function receiptFrom(
  source: BlocksSource,
  here: Pick<MachineContent, 'parts' | 'read'>,
  { replica, migration }: Pick<LineOptions, 'replica' | 'migration'>
): Promise<SignedReceipt> {
  const signed = await source.prove(({ nonce, places }: Challenge): Promise<readonly Hash[]> => {
    const digests = places.map(async ({ part: name, index }) => {
      const block = await here.read(name, index * BLOCK_BYTES, lengthOf(here.parts, name, index))
      return answerChallenge(replica.context.crypto, nonce, block)
    })
    return Promise.all(digests)
  })
  const { receipt } = signed
  const origin = replica.state().host(migration.origin)
  const isOfThis = receipt.migration === migration.id && receipt.root === migration.root
  if (isOfThis && origin && verifyReceipt(replica.context, signed, origin.key)) return signed
  throw new ReceiptUnsigned('what it gave is not its signature over this move and content')
}

function lengthOf(parts: Outline['parts'], name: PartName, index: number): number {
  const part = parts.find(each => each.name === name)
  const length = Math.min(BLOCK_BYTES, (part?.sizeBytes ?? 0) - index * BLOCK_BYTES)
  if (length > 0) return length
  throw new ContentMismatch(`the challenge asks for block ${index} of ${name}, which is not there`)
}
