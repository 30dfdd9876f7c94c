/**
 * A member's state without what cannot change how it goes on. Left out: signers' names in certificates, what is only
 * for the disk or the clock, bodies (they come when they are asked for), its own votes of views that it has left but
 * for whether it may still say FINALIZE there, and of certificates for views that it has left those that no block of
 * its own could build on.
 */
import type { SafetyRules, SimplexState } from '../../../../ledger/index.ts'
import { CRASH, TIMEOUT } from './letters.ts'
import type { Life } from './life.ts'
import { MEMBERS, type Setting } from './setting.ts'

type Round = ReturnType<SimplexState['rounds']['get']> & object

/** The states after a failure count too, as long as there can be one. */
export function digestOf({ state, before, futures }: Life, setting: Setting): string {
  const all = futures.map(future => `${digestState(future.state, setting)} ${future.says.join()}`)
  return [digestState(state, setting), before !== null, ...all].join(' ')
}

function digestState(state: SimplexState, setting: Setting): string {
  const { view, final, finalCertificate, timeouts } = state
  const leads = nextOwnView(state, setting) <= setting.views
  // Who knows a certificate does not need to be shown it.
  const isBare = setting.lies.has('nullifiedGap') || setting.lies.has('notarizedParent')
  const rounds = [...state.rounds.values()]
    .filter(round => round.view <= setting.views)
    .sort((a, b) => a.view - b.view)
  const top = rounds.findLast(round => round.view < view && round.notarization !== null)?.view ?? 0
  const parts = rounds.map(round => {
    if (round.view >= view) return digestOpen(round, state)
    const open = mayFinalize(round, state, setting.rules)
    const base = isBare || (leads && round.view >= top)
    return [
      round.view,
      open,
      round.finalization?.block,
      base ? round.notarization?.block : null,
      base && round.nullification !== null
    ]
  })
  // Without these rules a body that is here is of use where one that is asked for does not come, or not be believed.
  const needless = setting.rules.notarizedParent && setting.rules.fullQuorum
  const bodies = needless ? [] : [...state.branches.keys()].sort()
  const proof = leads && finalCertificate !== null
  return JSON.stringify([view, final.block, proof, timeouts > 0, parts, bodies])
}

function digestOpen(round: Round, { seat: { key } }: SimplexState): unknown {
  return [
    round.view,
    round.proposal?.hash,
    round.refused,
    round.notarization?.block,
    round.nullification !== null,
    round.finalization?.block,
    round.notarize.get(key)?.subject.block,
    round.nullify.has(key),
    round.finalize.get(key)?.subject.block
  ]
}

/** The first view from the current one on that the member leads; it has proposed in the current one if it could. */
function nextOwnView({ seat, view }: SimplexState, setting: Setting): number {
  const at = seat.members.indexOf(seat.key)
  for (let next = view; next <= setting.views; next++) if (next % MEMBERS === at) return next
  return setting.views + 1
}

export function mayFinalize(
  round: Round,
  { seat: { key } }: SimplexState,
  rules: SafetyRules
): boolean {
  if (round.finalize.has(key)) return false
  return !rules.noFinalizeAfterNullify || !round.nullify.has(key)
}

/** A view runs out once: again would only repeat what was said. */
function mayRunOut({ view, timeouts }: SimplexState, { views }: Setting): boolean {
  return view <= views && timeouts === 0
}

/** Whether `event`, which needs nobody, can come. */
export function mayCome(
  event: number,
  { state, before, crashes }: Life,
  setting: Setting
): boolean {
  if (event === TIMEOUT) return mayRunOut(state, setting)
  return crashes > 0 && (event === CRASH || before !== null)
}

/** What the member may still say, a digit a view: 1 NOTARIZE, 2 NULLIFY, 4 FINALIZE. */
export function mayOf({ state, futures }: Life, setting: Setting): readonly number[] {
  const states = [state, ...futures.map(future => future.state)]
  const all = states.map(each => mayIn(each, setting))
  return Array.from({ length: setting.views + 1 }, (_, view) =>
    all.reduce((may, each) => may | (each[view] ?? 0), 0)
  )
}

function mayIn(state: SimplexState, { views, rules }: Setting): readonly number[] {
  return Array.from({ length: views + 1 }, (_, view) => {
    if (view === 0 || view <= state.final.view) return 0
    const round = state.rounds.get(view)
    const { key } = state.seat
    const notarize =
      view > state.view ||
      (view === state.view && (!rules.notarizeOnce || round?.notarize.has(key) !== true))
    const nullify = view > state.view || (view === state.view && round?.nullify.has(key) !== true)
    const finalize = round === undefined || mayFinalize(round, state, rules)
    return (notarize ? 1 : 0) + (nullify ? 2 : 0) + (finalize ? 4 : 0)
  })
}
