import type { EpochRecord, PublicKey, StateReader } from '../../ledger/index.ts'
import type { Replica } from '../replica/index.ts'

type Log = (message: string, fields?: Record<string, string>) => void

/** Tells when votes were counted, when a member has to go early, and when a set takes over. Returns the unsubscribe. */
export function tellElections(replica: Replica, nodeKey: PublicKey, log: Log): () => void {
  let before = replica.state().epoch
  return replica.onFinal(({ after }) => {
    const said = newsOf(before, after, nodeKey)
    before = after.epoch
    if (said !== null) log(said, { epoch: `${before.epoch}`, height: `${after.height}` })
  })
}

/** What is new since `before`; null: nothing. */
export function newsOf(
  before: EpochRecord,
  { epoch }: StateReader,
  nodeKey: PublicKey
): string | null {
  const names = (epoch.elected ?? epoch).members.map(({ name }) => name).join(', ')
  if (epoch.epoch !== before.epoch) {
    return `epoch ${epoch.epoch} begins with ${names} as coordinators${partOf(before, epoch, nodeKey)}`
  }
  if (epoch.elected === before.elected || epoch.endHeight === null) return null
  return `epoch ${epoch.epoch} ends at block ${epoch.endHeight}; ${names} coordinate the next one`
}

function partOf(before: EpochRecord, after: EpochRecord, nodeKey: PublicKey): string {
  const was = before.members.some(({ key }) => key === nodeKey)
  const is = after.members.some(({ key }) => key === nodeKey)
  if (was === is) return ''
  return is ? '; this node is one of them now' : '; this node is none of them any more'
}
