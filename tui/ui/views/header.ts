import { type Frame, textWidth } from '../screen/index.ts'
import { durationText, type UiState } from '../state/index.ts'

/** Parts of the header, the most needed first: what does not fit is left out from the end. */
function parts(state: UiState): string[] {
  const { status, account } = state
  if (status === null) return ['virtuoso', 'connecting to the node…']
  const name = account === null ? 'no account' : account.name
  const balance = account === null ? '' : ` $${account.balance}`
  return [
    status.name,
    `${name}${balance}`,
    status.dev ? `${status.networkName} [DEV]` : status.networkName,
    `height ${status.ledger.height}${status.ledger.behind ? ' (behind)' : ''}`,
    status.peers === 1 ? '1 peer' : `${status.peers} peers`
  ]
}

/** One line: who we are, what we have, how fresh it is. The age stands at the right end, always. */
export function putHeader(frame: Frame, state: UiState): void {
  const stale = state.link.kind === 'stale'
  const tone = stale ? 'headerWarn' : 'header'
  frame.fill({ x: 0, y: 0, width: frame.width, height: 1 }, tone)
  const age = stale ? `STALE ${durationText(state.nowMs - state.dataAtMs)}` : state.link.kind
  const right = frame.width - textWidth(age) - 1
  frame.put(right, 0, age, tone)
  let x = 1
  for (const [index, part] of parts(state).entries()) {
    const text = index === 0 ? part : `  ${part}`
    if (x + textWidth(text) > right - 1) break
    x = frame.put(x, 0, text, tone)
  }
}
