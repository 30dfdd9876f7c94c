import { pipe } from 'it-pipe'
import type { Crypto, Hash } from '../../ledger/index.ts'
import {
  answerChallenge,
  BLOCK_BYTES,
  type BlockRun,
  type BlocksSource,
  blocksOf,
  type Challenge,
  contentRoot,
  type Manifest,
  type PartHasher,
  type PartShape,
  partHasher
} from '../../protocols/blocks/index.ts'
import { addBlocks } from '../content/index.ts'
import type { ContentSink } from '../vmm/index.ts'

export interface PullProgress {
  readonly bytesDone: number
  readonly bytesTotal: number
}

export interface PullCheck {
  readonly crypto: Crypto
  /** Root on the ledger. */
  readonly root: Hash
  readonly signal: AbortSignal
}

/** What came is not what the ledger says was sealed. */
export class ContentMismatch extends Error {
  override readonly name: string = 'ContentMismatch'
}

/**
 * Method SCP: every byte straight across, in order, hashed as it is written; only zero blocks are said and not
 * sent. Throws `ContentMismatch` unless the root of what was written is `root`.
 */
export async function pullAll(
  source: BlocksSource,
  manifest: Manifest,
  sink: ContentSink,
  check: PullCheck,
  onProgress: (progress: PullProgress) => void
): Promise<void> {
  const bytesTotal = manifest.parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  let bytesDone = 0
  const roots = []
  for (const part of manifest.parts) {
    const hasher = partHasher(check.crypto, part)
    await pipe(
      source.runs(part, { first: 0, count: blocksOf(part) }),
      runs => hashed(runs, hasher, check.signal),
      runs => written(runs, part, sink),
      async sizes => {
        for await (const size of sizes) {
          bytesDone += size
          onProgress({ bytesDone, bytesTotal })
        }
      }
    )
    roots.push({ part, root: hasher.root() })
  }
  const found = contentRoot(check.crypto, roots)
  if (found !== check.root) {
    throw new ContentMismatch(
      `the content that came has root ${found}, the ledger says ${check.root}: nothing of it is kept`
    )
  }
}

async function* hashed(
  runs: AsyncIterable<BlockRun>,
  hasher: PartHasher,
  signal: AbortSignal
): AsyncGenerator<BlockRun, void, void> {
  for await (const run of runs) {
    signal.throwIfAborted()
    if (run.kind === 'zeros') hasher.addZeros(run.count)
    else addBlocks(run.bytes, block => hasher.add(block))
    yield run
  }
}

/** Yields how many bytes of the part each run stood for. Zeros are not written: the sink begins empty. */
async function* written(
  runs: AsyncIterable<BlockRun>,
  part: PartShape,
  sink: ContentSink
): AsyncGenerator<number, void, void> {
  for await (const run of runs) {
    const offset = run.first * BLOCK_BYTES
    if (run.kind === 'data') await sink.write(part.name, offset, run.bytes)
    yield run.kind === 'data'
      ? run.bytes.byteLength
      : Math.min(run.count * BLOCK_BYTES, part.sizeBytes - offset)
  }
}

/** Answers the origin's challenge from what lies on this disk, not from what went by. */
export async function answerFrom(
  sink: ContentSink,
  parts: readonly PartShape[],
  challenge: Challenge,
  crypto: Crypto
): Promise<readonly Hash[]> {
  const digests: Hash[] = []
  for (const { part: name, index } of challenge.places) {
    const part = parts.find(each => each.name === name)
    if (part === undefined) {
      throw new ContentMismatch(`the challenge asks for an unknown part ${name}`)
    }
    const offset = index * BLOCK_BYTES
    const block = await sink.read(name, offset, Math.min(BLOCK_BYTES, part.sizeBytes - offset))
    digests.push(answerChallenge(crypto, challenge.nonce, block))
  }
  return digests
}
