import type { Crypto } from '../crypto/index.ts'
import { rangeRoot } from '../merkle/index.ts'
import type { Hash, Header } from '../records/index.ts'
import { type ChainFault, fault } from './faults.ts'
import { hasEnded, isSealing, type Tip } from './tip.ts'

/** All that a header says but for what its block does. `setHash` names the coordinators that may certify it. */
export function checkHeader(
  tip: Tip,
  header: Header,
  setHash: Hash,
  crypto: Crypto
): ChainFault | null {
  return (
    checkPlace(tip, header) ??
    checkEpoch(tip, header) ??
    checkSet(tip, header, setHash) ??
    checkLog(tip, header, crypto)
  )
}

function checkPlace({ state, block }: Tip, header: Header): ChainFault | null {
  if (header.height !== state.height + 1) {
    return fault('WRONG_HEIGHT', `height ${header.height} does not follow ${state.height}`)
  }
  if (header.parent !== block) {
    return fault('WRONG_PARENT', `it builds on ${header.parent}, the chain ends in ${block}`)
  }
  return null
}

/** Epoch, view and time: views begin anew with each epoch, and an epoch begins on the last block of the one before it. */
function checkEpoch(tip: Tip, header: Header): ChainFault | null {
  const { state } = tip
  const begins = hasEnded(tip) && !tip.sealing && header.epoch === state.epoch.epoch
  if (header.epoch !== tip.epoch && !begins) {
    return fault('WRONG_EPOCH', `epoch ${header.epoch} on a block of epoch ${tip.epoch}`)
  }
  const parentView = begins ? 0 : tip.view
  if (header.view <= parentView) {
    return fault('WRONG_VIEW', `view ${header.view} is not after the parent's ${parentView}`)
  }
  if (header.timeMs <= state.timeMs) {
    return fault('WRONG_TIME', `time ${header.timeMs} ms is not after the parent's ${state.timeMs}`)
  }
  return null
}

/** Whether the voters voted is the members' to check, if any need them; a sealing block's are of the set before the state's. */
function checkSet(tip: Tip, header: Header, setHash: Hash): ChainFault | null {
  if (header.setHash !== setHash) {
    return fault('WRONG_SET', `coordinator set ${header.setHash}, expected ${setHash}`)
  }
  const { members } = tip.state.epoch
  const { parentVotes, epoch } = header
  const isFirst = epoch !== tip.epoch || tip.block === tip.state.network
  const isCounted = !isFirst && tip.state.genesis.parameters.election !== null
  const most = isCounted ? 2 ** members.length - 1 : 0
  if (parentVotes <= most || isSealing(tip, header)) return null
  return fault(
    'WRONG_VOTERS',
    `voters ${parentVotes} for the parent, at most ${most} of ${members.length}`
  )
}

function checkLog(tip: Tip, header: Header, crypto: Crypto): ChainFault | null {
  const root = rangeRoot(tip.log, crypto)
  if (header.logRoot === root) return null
  return fault('WRONG_LOG_ROOT', `the log root is ${root}, the header says ${header.logRoot}`)
}
