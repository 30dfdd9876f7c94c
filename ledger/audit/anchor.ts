import type { Tip } from '../chain/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { rangeRoot } from '../merkle/index.ts'
import type { Hash } from '../records/index.ts'

/** A place in the ledger that an auditor trusts: a block by its hash, or all headers up to a height by their log root. */
export type Anchor =
  | { readonly kind: 'block'; readonly hash: Hash }
  | {
      readonly kind: 'log'
      readonly size: number
      readonly root: Hash
      /** The last of them, where whoever vouches for the root names it too. */
      readonly block?: Hash
    }

export function isReached(anchor: Anchor | null, tip: Tip): boolean {
  if (anchor === null) return false
  return anchor.kind === 'block' ? tip.block === anchor.hash : tip.log.size === anchor.size
}

/** null unless this tip stands where the anchor does and is another. */
export function anchorFault(
  anchor: Anchor | null,
  tip: Tip,
  crypto: Crypto
): { readonly code: string; readonly message: string } | null {
  if (anchor?.kind !== 'log' || tip.log.size !== anchor.size) return null
  const root = rangeRoot(tip.log, crypto)
  if (root === anchor.root && (anchor.block ?? tip.block) === tip.block) return null
  const message = `the first ${anchor.size} headers end in block ${tip.block} under the root ${root}, the checkpoint says ${anchor.block ?? 'any block'} under ${anchor.root}`
  return { code: 'CHECKPOINT_ASTRAY', message }
}
