import {
  type Checkpoint,
  type CosignedCheckpoint,
  type Signer,
  signCheckpoint,
  verifyCosignature,
  type WitnessEffect,
  WitnessError,
  wantedHeaders,
  withCosignature,
  witness
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Replica } from '../replica/index.ts'
import { loadWitnessed, saveWitnessed } from './memory.ts'
import { checkpointAt, headerHashes, logUpTo } from './own-ledger.ts'

/** Requests that wait for the one before: a person sends one at a time. */
const WAITING_MAX = 16

export interface WitnessOptions {
  /** File of what was signed last. */
  readonly path: string
  readonly replica: Replica
  readonly key: Signer
  readonly clock: Clock
}

export interface Witness {
  /** Of the newest block that this node holds, or of the one at `height`. Rejects with `WitnessError`. */
  checkpoint(height?: number): Promise<Checkpoint>
  /** The checkpoint with this node's cosignature. Rejects with `WitnessError`. */
  cosign(asked: CosignedCheckpoint): Promise<CosignedCheckpoint>
}

/** One after the other: what was signed last is on disk before the next is judged. */
export function createWitness(options: WitnessOptions): Witness {
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()
  return {
    checkpoint: height => checkpointAt(options.replica, height),
    async cosign(asked) {
      if (waiting >= WAITING_MAX) {
        throw new WitnessError('WITNESS_BUSY', `${waiting} requests wait already: ask again later`)
      }
      waiting += 1
      const mine = turn.then(() => cosign(options, asked))
      turn = mine.catch(() => undefined)
      return mine.finally(() => (waiting -= 1))
    }
  }
}

async function cosign(
  options: WitnessOptions,
  asked: CosignedCheckpoint
): Promise<CosignedCheckpoint> {
  const { path, replica } = options
  const { crypto } = replica.context
  const { checkpoint } = asked
  const forged = asked.cosignatures.find(each => !verifyCosignature(checkpoint, each, crypto))
  if (forged !== undefined) {
    const message = `the cosignature in the name of ${forged.witness} is not its own`
    throw new WitnessError('COSIGNATURE_FORGED', message)
  }
  const last = await loadWitnessed(path)
  const own = { network: replica.network, height: replica.tip.state.height }
  const wanted = wantedHeaders(last, checkpoint, own)
  if ('ok' in wanted) throw new WitnessError(wanted.code, wanted.message)
  const at = await checkpointAt(replica, checkpoint.height)
  const added = last === null ? [] : await headerHashes(replica, wanted.from, wanted.to)
  const log = last === null ? await logUpTo(replica, checkpoint.height) : null
  const answer = witness(last, checkpoint, { ...own, at, added, log }, crypto)
  if (!answer.ok) throw new WitnessError(answer.code, answer.message)
  return carryOut(options, asked, answer.effects)
}

async function carryOut(
  { path, key, clock }: WitnessOptions,
  asked: CosignedCheckpoint,
  effects: readonly WitnessEffect[]
): Promise<CosignedCheckpoint> {
  let cosigned = asked
  for (const effect of effects) {
    if (effect.type === 'keep') await saveWitnessed(path, effect.witnessed)
    else cosigned = withCosignature(cosigned, signatureOf(effect.checkpoint))
  }
  return cosigned

  function signatureOf(checkpoint: Checkpoint) {
    return signCheckpoint(checkpoint, clock.nowMs(), key)
  }
}
