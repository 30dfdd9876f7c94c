import {
  type CosignedCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  WitnessError
} from '../../ledger/index.ts'
import type { CheckpointView, Input } from '../api/index.ts'
import { peerTextOf } from '../network/index.ts'
import type { Witness } from '../witness/index.ts'
import { needsFullNode } from './context.ts'
import { refuseByCode } from './refuse.ts'

/** The newest block that this node holds, or the one at a height, for others to cosign. */
export function makeCheckpoint(
  witness: Witness | null,
  { height }: Input<'ledger.checkpoint'>
): Promise<CheckpointView> {
  const own = requireWitness(witness)
  return told(async () => ({ checkpoint: await own.checkpoint(height), cosignatures: [] }))
}

/** This node is a witness: what it has signed once it never contradicts. */
export function cosign(
  witness: Witness | null,
  { text }: Input<'ledger.cosign'>
): Promise<CheckpointView> {
  const own = requireWitness(witness)
  return told(async () => own.cosign(parseCheckpoint(text)))
}

/** A light node has none: it cannot say what it has not replayed. */
function requireWitness(witness: Witness | null): Witness {
  if (witness === null) throw needsFullNode('a witness')
  return witness
}

async function told(made: () => Promise<CosignedCheckpoint>): Promise<CheckpointView> {
  try {
    const cosigned = await made()
    const { network, height, block, root } = cosigned.checkpoint
    return {
      network,
      height,
      block,
      logRoot: root,
      witnesses: cosigned.cosignatures.map(({ witness }) => peerTextOf(witness)),
      text: formatCheckpoint(cosigned)
    }
  } catch (error) {
    throw error instanceof WitnessError ? refuseByCode(error.code, error.message) : error
  }
}
