import type { EpochRecord, PublicKey, StateReader } from '../../ledger/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'

type Log = (message: string, fields?: Record<string, string>) => void

/** Tells when votes were counted, when a member has to go early, and when a set takes over. Returns the unsubscribe. */
export function tellElections(ledger: LedgerAccess, nodeKey: PublicKey, log: Log): () => void {
  let before: EpochRecord | undefined
  const look = async (): Promise<void> => {
    const { epoch, height } = await ledger.read(({ epoch, height }) => ({ epoch, height }))
    const said = before === undefined ? null : newsOf(before, { epoch }, nodeKey)
    before = epoch
    if (said !== null) log(said, { epoch: `${epoch.epoch}`, height: `${height}` })
  }
  // One after the other. What cannot be read now is told with the next head.
  let looking = look().catch(() => undefined)
  return ledger.onHead(() => {
    looking = looking.then(look).catch(() => undefined)
  })
}

/** What is new since `before`; null: nothing. */
export function newsOf(
  before: EpochRecord,
  { epoch }: Pick<StateReader, 'epoch'>,
  nodeKey: PublicKey
): string | null {
  const names = (epoch.elected ?? epoch).members.map(({ name }) => name).join(', ')
  if (epoch.epoch !== before.epoch) {
    return `epoch ${epoch.epoch} begins with ${names} as coordinators${partOf(before, epoch, nodeKey)}`
  }
  if (epoch.endHeight === null || isSameEnd(epoch, before)) return null
  return `epoch ${epoch.epoch} ends at block ${epoch.endHeight}; ${names} coordinate the next one`
}

/** By value: a node that has its reads proven decodes the record anew under each head. */
function isSameEnd(one: EpochRecord, other: EpochRecord): boolean {
  const keysOf = ({ elected }: EpochRecord): string =>
    elected?.members.map(({ key }) => key).join() ?? ''
  return one.endHeight === other.endHeight && keysOf(one) === keysOf(other)
}

function partOf(before: EpochRecord, after: EpochRecord, nodeKey: PublicKey): string {
  const was = before.members.some(({ key }) => key === nodeKey)
  const is = after.members.some(({ key }) => key === nodeKey)
  if (was === is) return ''
  return is ? '; this node is one of them now' : '; this node is none of them any more'
}
