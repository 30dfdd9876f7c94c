/** What to ask next, of whom; decided anew after each event. */
import type { PublicKey } from '../records/index.ts'
import type { StateRange } from './chunk.ts'
import type { Snapshot, SnapshotOffer } from './snapshot.ts'
import type { SyncPeer, SyncQuestion } from './state.ts'
import type { SyncWork } from './work.ts'

/**
 * A node that is no further behind replays the blocks: that is some seconds' work, it needs no snapshot from anybody, and
 * the node keeps those blocks.
 */
export const SNAPSHOT_BEHIND_BLOCKS = 2_048

export function settle(work: SyncWork): void {
  inquire(work)
  if (isAnyAsked(work, 'epochs') || isAnyAsked(work, 'snapshots')) {
    // Those who are known already need not wait for the others where it is clear what is fetched.
    if (work.target !== null && isHeld(work, work.target)) fetch(work)
    return
  }
  if (work.target === null || !isHeld(work, work.target)) choose(work)
  if (!work.isOver) fetch(work)
}

/** Newcomers are asked for hand-overs, then for what they offer. */
function inquire(work: SyncWork): void {
  for (const [key, { stage, asked }] of work.peers) {
    if (asked !== null) continue
    if (stage === 'new') ask(work, key, { kind: 'epochs', fromEpoch: work.light.epoch })
    if (stage === 'led') ask(work, key, { kind: 'snapshots' })
  }
}

/** Everybody has answered: takes what most of them have, the newest of those. */
function choose(work: SyncWork): void {
  const best = bestOffer(work)
  if (best !== undefined) {
    begin(work, best)
    return
  }
  const lost = work.target !== null
  const known = [...work.peers].filter(([, { stage }]) => stage === 'known')
  if (lost && known.length > 0) {
    // They had it and have it no more: what do they have now?
    for (const [key] of known) work.change(key, { stage: 'new', offers: [] })
    work.target = null
    work.ranges = []
    inquire(work)
    return
  }
  const { head } = work.light
  const near = head !== null && head.height - work.heldHeight <= SNAPSHOT_BEHIND_BLOCKS
  work.isOver = true
  work.emit({ type: 'give-up', reason: near ? 'near' : 'nobody' })
}

function begin(work: SyncWork, { certified, log, splits }: SnapshotOffer): void {
  const target = { certified, log }
  work.target = target
  work.ranges = rangesBetween(splits)
  work.emit({ type: 'begin', progress: work.progressOn(target) })
}

/** All keys there can be, divided at the splits. */
function rangesBetween(splits: readonly string[]): readonly StateRange[] {
  return ['', ...splits].map((from, at) => ({ from, to: splits[at] ?? null }))
}

function bestOffer({ peers, heldHeight }: SyncWork): SnapshotOffer | undefined {
  const places = [...peers.values()]
  const useful = places
    .flatMap(peer => peer.offers)
    .filter(({ certified }) => certified.header.height > heldHeight + SNAPSHOT_BEHIND_BLOCKS)
  const holders = (offer: SnapshotOffer): number =>
    places.filter(peer => offers(peer, rootOf(offer))).length
  return useful.reduce<SnapshotOffer | undefined>((best, each) => {
    if (best === undefined) return each
    const more = holders(each) - holders(best)
    const newer = each.certified.header.height - best.certified.header.height
    return more > 0 || (more === 0 && newer > 0) ? each : best
  }, undefined)
}

/** Gives each idle peer that has the target a range that nobody is asked for. */
function fetch(work: SyncWork): void {
  const { target } = work
  if (target === null) return
  if (work.ranges.length === 0) {
    work.isOver = true
    work.emit({ type: 'complete', snapshot: target })
    return
  }
  const root = rootOf(target)
  const asked = new Set([...work.peers.values()].map(peer => rangeAsked(peer)?.from))
  const free = work.ranges.filter(({ from }) => !asked.has(from))
  for (const [key, peer] of work.peers) {
    if (peer.asked !== null || !offers(peer, root)) continue
    const range = free.shift()
    if (range === undefined) return
    ask(work, key, { kind: 'chunk', root, range })
  }
}

function rangeAsked({ asked }: SyncPeer): StateRange | undefined {
  return asked?.kind === 'chunk' ? asked.range : undefined
}

function isHeld({ peers }: SyncWork, target: Snapshot): boolean {
  return [...peers.values()].some(peer => offers(peer, rootOf(target)))
}

function offers(peer: SyncPeer, root: string): boolean {
  return peer.offers.some(offer => rootOf(offer) === root)
}

function rootOf({ certified }: Snapshot): string {
  return certified.header.stateRoot
}

function isAnyAsked({ peers }: SyncWork, kind: SyncQuestion['kind']): boolean {
  return [...peers.values()].some(({ asked }) => asked?.kind === kind)
}

function ask(work: SyncWork, to: PublicKey, question: SyncQuestion): void {
  work.change(to, { asked: question })
  work.emit({ type: 'ask', to, question })
}
