import { equals } from 'uint8arrays/equals'
import type { Crypto } from '../crypto/index.ts'
import {
  BLOCK_LIMITS,
  type Codec,
  certifiedBlockCodec,
  decodeAs,
  EncodingError,
  type Limits,
  toHex
} from '../encoding/index.ts'
import { MerkleHasher } from '../merkle/index.ts'
import type { CertifiedBlock } from '../records/index.ts'
import { networkOf } from '../statements/index.ts'
import { ByteSource } from './bytes.ts'
import { type ExportCode, ExportError, type ExportPart } from './faults.ts'
import {
  type Beginning,
  beginningCodec,
  FRAME_BYTES_MAX,
  FRAME_HEAD_BYTES,
  FRAME_KINDS,
  type FrameKind,
  frameLeaf,
  MAGIC,
  trailerCodec
} from './format.ts'

/** A few hundred values at most: seven members and the parameters. */
const BEGINNING_LIMITS: Limits = {
  bytesMax: FRAME_BYTES_MAX.genesis,
  depthMax: 8,
  valuesMax: 1_024
}

export interface OpenExport extends Beginning {
  /** In order, each decoded and no more; whether they follow from each other is the auditor's to say. */
  readonly blocks: AsyncIterable<CertifiedBlock>
}

/**
 * Reads an export piece by piece; at most one block is held. Throws `ExportError`: here for what stands before the first
 * block, out of `blocks` for the rest, so that all that stands before the wrong place can be judged by itself.
 */
export async function readExport(
  pieces: AsyncIterable<Uint8Array>,
  crypto: Crypto
): Promise<OpenExport> {
  const reader = new ExportReader(pieces, crypto)
  const beginning = await reader.begin()
  return { ...beginning, blocks: reader.blocks(beginning.from) }
}

class ExportReader {
  readonly #crypto: Crypto
  readonly #source: ByteSource
  readonly #tree: MerkleHasher

  constructor(pieces: AsyncIterable<Uint8Array>, crypto: Crypto) {
    this.#crypto = crypto
    this.#source = new ByteSource(pieces)
    this.#tree = new MerkleHasher(crypto)
  }

  async begin(): Promise<Beginning> {
    const at = { part: 'beginning', height: 0 } as const
    if (!equals(await this.#source.take(MAGIC.length), MAGIC)) {
      throw new ExportError('EXPORT_FOREIGN', at, 'it does not begin with "virtuoso-export/1"')
    }
    const { kind, payload } = await this.#frame({ part: 'genesis', height: 0 })
    if (kind !== 'genesis') throw misplaced(kind, { part: 'genesis', height: 0 })
    const beginning = decoded(beginningCodec, payload, BEGINNING_LIMITS, 'EXPORT_GENESIS', {
      part: 'genesis',
      height: 0
    })
    const network = networkOf(beginning.genesis, this.#crypto)
    if (network === beginning.network) return beginning
    const message = `the genesis is that of network ${network}, the file names ${beginning.network}`
    throw new ExportError('EXPORT_GENESIS', { part: 'genesis', height: 0 }, message)
  }

  async *blocks(from: number): AsyncGenerator<CertifiedBlock> {
    try {
      for (let height = from; ; height++) {
        const place = { part: 'block', height } as const
        const root = toHex(this.#tree.root())
        const { kind, payload } = await this.#frame(place)
        if (kind === 'genesis') throw misplaced(kind, place)
        if (kind === 'trailer') return await this.#end(payload, height - from, height, root)
        yield decoded(certifiedBlockCodec, payload, BLOCK_LIMITS, 'EXPORT_BLOCK', place)
      }
    } finally {
      await this.#source.close()
    }
  }

  async #end(payload: Uint8Array, blocks: number, height: number, root: string): Promise<void> {
    const place = { part: 'trailer', height } as const
    const trailer = decoded(trailerCodec, payload, TRAILER_LIMITS, 'EXPORT_TRAILER', place)
    if (trailer.blocks !== blocks) {
      const message = `the trailer counts ${trailer.blocks} blocks, there are ${blocks}`
      throw new ExportError('EXPORT_TRAILER', place, message)
    }
    if (trailer.root !== root) {
      const message = `the frames have the root ${root}, the trailer says ${trailer.root}`
      throw new ExportError('EXPORT_TRAILER', place, message)
    }
    if ((await this.#source.take(1)).length === 0) return
    throw new ExportError('EXPORT_TRAILER', place, 'bytes follow the trailer')
  }

  async #frame(place: Place): Promise<{ kind: FrameKind; payload: Uint8Array }> {
    const head = await this.#source.take(FRAME_HEAD_BYTES)
    if (head.length < FRAME_HEAD_BYTES) throw cutShort(place)
    const kind = KINDS.get(head[0] ?? 0)
    if (kind === undefined) {
      throw new ExportError('EXPORT_FRAME', place, `no frame is of the kind ${head[0]}`)
    }
    const length = new DataView(head.buffer, head.byteOffset).getUint32(1)
    if (length > FRAME_BYTES_MAX[kind]) {
      const message = `a ${kind} of ${length} bytes, at most ${FRAME_BYTES_MAX[kind]}`
      throw new ExportError('EXPORT_FRAME', place, message)
    }
    const payload = await this.#source.take(length)
    if (payload.length < length) throw cutShort(place)
    if (kind !== 'trailer') this.#tree.append(frameLeaf(kind, payload))
    return { kind, payload }
  }
}

type Place = { readonly part: ExportPart; readonly height: number }

const TRAILER_LIMITS: Limits = { bytesMax: FRAME_BYTES_MAX.trailer, depthMax: 1, valuesMax: 3 }

const KINDS: ReadonlyMap<number, FrameKind> = new Map(
  (Object.keys(FRAME_KINDS) as FrameKind[]).map(kind => [FRAME_KINDS[kind], kind])
)

function decoded<T>(
  codec: Codec<T>,
  payload: Uint8Array,
  limits: Limits,
  code: ExportCode,
  place: Place
): T {
  try {
    return decodeAs(codec, payload, limits)
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause
    throw new ExportError(code, place, `it does not decode (${cause.code}): ${cause.message}`, {
      cause
    })
  }
}

function misplaced(kind: FrameKind, place: Place): ExportError {
  return new ExportError('EXPORT_FRAME', place, `a ${kind} stands where it may not`)
}

function cutShort(place: Place): ExportError {
  const what = place.part === 'block' ? `at block ${place.height}` : `in its ${place.part}`
  return new ExportError('EXPORT_CUT_SHORT', place, `the file ends ${what}, before its trailer`)
}
