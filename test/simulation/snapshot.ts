/** A coordinator that has lost its store comes back by a snapshot: the real machine, fed by the disks of others and a liar. */
import {
  cutChunk,
  type Genesis,
  lightFrom,
  type PublicKey,
  restoreState,
  SNAPSHOT_BEHIND_BLOCKS,
  type SyncAnswer,
  type SyncEffect,
  type SyncEvent,
  type SyncQuestion,
  splitsOf,
  startSync,
  stepSync,
  type Tip,
  tipOf
} from '../../ledger/index.ts'
import { headerOf } from '../../node/replica/hand-overs.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Seat } from './seat.ts'
import type { SimDisk } from './sim-disk.ts'

const LIAR: PublicKey = 'liar'

/** null where nobody has one that is young enough. */
export function takeSnapshot(
  genesis: Genesis,
  sources: readonly Seat[],
  nowMs: number
): Tip | null {
  const disks = new Map(sources.map(seat => [seat.plan.name, seat.disk]))
  const entries = new Map<string, Uint8Array>()
  // In a simulated ledger nobody is ever as far behind as a real one must be.
  let state = startSync(lightFrom(genesis, toyCrypto), -SNAPSHOT_BEHIND_BLOCKS)
  const events: SyncEvent[] = [{ type: 'peers', peers: [LIAR, ...disks.keys()] }]
  let tip: Tip | null = null
  const carryOut = (effect: SyncEffect): void => {
    if (effect.type === 'ask') {
      const answer = answerOf(effect.to, effect.question, disks)
      events.push(
        answer === null
          ? { type: 'unanswered', from: effect.to, why: 'it has nothing' }
          : { type: 'answer', from: effect.to, answer }
      )
    }
    if (effect.type === 'begin') entries.clear()
    if (effect.type === 'store') for (const [key, value] of effect.entries) entries.set(key, value)
    if (effect.type === 'complete') {
      const { header } = effect.snapshot.certified
      const restored = restoreState(genesis, toyCrypto, header, entries)
      if (restored.root() !== header.stateRoot) throw new Error('the fetched state is another')
      tip = tipOf(effect.snapshot, restored, toyCrypto)
    }
  }
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const step = stepSync(state, event, toyCrypto, nowMs)
    state = step.state
    for (const effect of step.effects) carryOut(effect)
  }
  return tip
}

function answerOf(
  to: PublicKey,
  question: SyncQuestion,
  disks: ReadonlyMap<string, SimDisk>
): SyncAnswer | null {
  const [first] = disks.values()
  const disk = to === LIAR ? first : disks.get(to)
  const newest = disk?.blocks.at(-1)
  if (disk === undefined || newest === undefined) return null
  switch (question.kind) {
    case 'epochs': {
      const ends = disk.blocks.filter(({ block }) => block.header.nextSet !== null)
      return { kind: 'epochs', handOvers: ends.slice(question.fromEpoch).map(headerOf) }
    }
    case 'snapshots': {
      const head = headerOf(newest)
      const offer = { certified: head, log: disk.logBefore.full, splits: splitsOf(disk.tip.state) }
      return { kind: 'snapshots', head, offers: [offer] }
    }
    case 'chunk': {
      if (disk.tip.state.root() !== question.root) return { kind: 'unknown' }
      const chunk = cutChunk(disk.tip.state, question.range)
      if (to !== LIAR) return { kind: 'chunk', ...chunk }
      const proof = Uint8Array.from(chunk.proof)
      proof[proof.length - 1] = (proof[proof.length - 1] ?? 0) ^ 1
      return { kind: 'chunk', ...chunk, proof }
    }
  }
}
