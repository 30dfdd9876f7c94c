/**
 * From far behind to the present without replaying what lies between:
 *
 *              every peer has said what it has
 *    looking ──────────────────────────────────> fetching ── all ranges stored ──> over: complete
 *     │   ^                                         │
 *     │   └──── nobody has this snapshot any more ──┘
 *     └── near enough to replay, or nobody helps ──> over: given up
 *
 * Nothing is believed: sets of coordinators follow from the one that the node knows, the newest header must be as young
 * as the node's clock says, the snapshot's header is certified by one of the last two sets, and each chunk is proven
 * under its state root. So it does not matter whom a chunk comes from, and peers are asked side by side.
 */
import type { Crypto } from '../crypto/index.ts'
import { type Light, takeHandOver, takeHead } from '../light/index.ts'
import type { CertifiedHeader, PublicKey } from '../records/index.ts'
import { checkChunk } from './chunk.ts'
import { settle } from './settle.ts'
import { checkOffer, type SnapshotOffer } from './snapshot.ts'
import type { SyncAnswer, SyncEvent, SyncPeer, SyncProgress, SyncState, SyncStep } from './state.ts'
import { SyncWork } from './work.ts'

/** So often a peer may not have what it has offered: its snapshot grew old while it was asked. */
const BROKEN_MAX = 2

/** Of a node that believes `light` and has the ledger up to `heldHeight`; `progress` was stored by an earlier run. */
export function startSync(
  light: Light,
  heldHeight: number,
  progress: SyncProgress | null = null
): SyncState {
  const isGood = progress !== null && progress.target.certified.header.height > heldHeight
  return {
    heldHeight,
    light: isGood && progress.light.epoch >= light.epoch ? progress.light : light,
    peers: new Map(),
    target: isGood ? progress.target : null,
    ranges: isGood ? progress.ranges : [],
    isOver: false
  }
}

export function stepSync(
  state: SyncState,
  event: SyncEvent,
  crypto: Crypto,
  nowMs: number
): SyncStep {
  if (state.isOver) return { state, effects: [] }
  const work = new SyncWork(state, crypto, nowMs)
  switch (event.type) {
    case 'peers':
      for (const peer of event.peers) work.welcome(peer)
      break
    case 'answer':
      takeAnswer(work, event.from, event.answer)
      break
    case 'unanswered':
      if (work.peers.has(event.from)) {
        work.drop(event.from, { code: 'SYNC_UNANSWERED', message: event.why })
      }
      break
  }
  settle(work)
  return work.step()
}

function takeAnswer(work: SyncWork, from: PublicKey, answer: SyncAnswer): void {
  const asked = work.peers.get(from)?.asked ?? null
  const fits = answer.kind === 'unknown' ? asked?.kind === 'chunk' : answer.kind === asked?.kind
  if (asked === null || !fits) {
    const message = `'${answer.kind}' answers nothing that was asked`
    work.drop(from, { code: 'SYNC_UNASKED', message })
    return
  }
  work.change(from, { asked: null })
  if (answer.kind === 'epochs' && asked.kind === 'epochs') {
    takeHandOvers(work, from, asked.fromEpoch, answer.handOvers)
  }
  if (answer.kind === 'snapshots') takeOffers(work, from, answer.head, answer.offers)
  if (asked.kind === 'chunk' && (answer.kind === 'chunk' || answer.kind === 'unknown')) {
    takeChunk(work, from, asked, answer)
  }
}

/**
 * Whoever has none left is asked for snapshots next. All peers are asked at once: an answer of which another one has shown
 * everything meanwhile is followed by a question from the epoch that is known by then, so that each leads on.
 */
function takeHandOvers(
  work: SyncWork,
  from: PublicKey,
  fromEpoch: number,
  handOvers: readonly CertifiedHeader[]
): void {
  if (handOvers.some(({ header }) => header.epoch < fromEpoch)) {
    const message = `a hand-over from before epoch ${fromEpoch} answers nothing that was asked`
    return work.drop(from, { code: 'SYNC_UNASKED', message })
  }
  const taken: CertifiedHeader[] = []
  for (const certified of handOvers) {
    // Another peer has shown it meanwhile.
    if (certified.header.epoch < work.light.epoch) continue
    const step = takeHandOver(work.light, certified, work.crypto)
    if (!step.ok) {
      work.drop(from, step.fault)
      break
    }
    work.light = step.light
    taken.push(certified)
  }
  if (taken.length > 0) work.emit({ type: 'keep', handOvers: taken })
  if (handOvers.length === 0) work.change(from, { stage: 'led' })
}

function takeOffers(
  work: SyncWork,
  from: PublicKey,
  head: CertifiedHeader,
  offers: readonly SnapshotOffer[]
): void {
  const { light, crypto } = work
  const isNewest = head.header.height >= (light.head?.height ?? 0)
  // Peers are a block or two apart: an older head than another's must only be true and young.
  const step = takeHead(isNewest ? light : { ...light, head: null }, head, crypto, work.nowMs)
  if (!step.ok) {
    const { broken = 0 } = work.peers.get(from) ?? {}
    // An epoch may have ended between the two questions.
    const isAhead = step.fault.code === 'LIGHT_UNKNOWN_EPOCH' && broken < BROKEN_MAX
    if (isAhead) work.change(from, { stage: 'new', broken: broken + 1 })
    else work.drop(from, step.fault)
    return
  }
  if (isNewest) work.light = step.light
  const good: SnapshotOffer[] = []
  for (const offer of offers) {
    const wrong = checkOffer(work.light, offer, crypto)
    if (wrong === null) good.push(offer)
    else if (!isOfOtherEpoch(wrong.code)) return work.drop(from, wrong)
  }
  work.change(from, { stage: 'known', offers: good })
}

/** No lie: a set that this node does not keep any more certified it. */
function isOfOtherEpoch(code: string): boolean {
  return code === 'LIGHT_PAST_SET' || code === 'LIGHT_UNKNOWN_EPOCH'
}

function takeChunk(
  work: SyncWork,
  from: PublicKey,
  { root, range }: Extract<SyncPeer['asked'], { kind: 'chunk' }>,
  answer: Extract<SyncAnswer, { kind: 'chunk' | 'unknown' }>
): void {
  if (answer.kind === 'unknown') return takeRegret(work, from, root)
  const checked = checkChunk(answer, range, root, work.crypto)
  if (!checked.ok) return work.drop(from, checked.fault)
  const { target } = work
  // A chunk of a target that was given up meanwhile is true and of no use.
  if (target === null || target.certified.header.stateRoot !== root) return
  const { next } = answer
  const { to } = range
  work.ranges = work.ranges.flatMap(each => {
    if (each.from !== range.from) return [each]
    return next === null ? [] : [{ from: next, to }]
  })
  work.emit({ type: 'store', entries: checked.entries, progress: work.progressOn(target) })
}

function takeRegret(work: SyncWork, from: PublicKey, root: string): void {
  const { offers = [], broken = 0 } = work.peers.get(from) ?? {}
  if (broken >= BROKEN_MAX) {
    const message = `it offered the state ${root} and does not give it, ${broken + 1} times by now`
    work.drop(from, { code: 'SYNC_OFFER_BROKEN', message })
    return
  }
  const left = offers.filter(({ certified }) => certified.header.stateRoot !== root)
  work.change(from, { offers: left, broken: broken + 1 })
}
