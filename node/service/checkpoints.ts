import {
  type CosignedCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  WitnessError
} from '../../ledger/index.ts'
import type { CheckpointView, Input } from '../api/index.ts'
import { peerTextOf } from '../network/index.ts'
import type { Witness } from '../witness/index.ts'
import { refuseByCode } from './refuse.ts'

/** The newest block that this node holds, or the one at a height, for others to cosign. */
export function makeCheckpoint(
  witness: Witness,
  { height }: Input<'ledger.checkpoint'>
): Promise<CheckpointView> {
  return told(async () => ({ checkpoint: await witness.checkpoint(height), cosignatures: [] }))
}

/** This node is a witness: what it has signed once it never contradicts. */
export function cosign(
  witness: Witness,
  { text }: Input<'ledger.cosign'>
): Promise<CheckpointView> {
  return told(() => witness.cosign(parseCheckpoint(text)))
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
