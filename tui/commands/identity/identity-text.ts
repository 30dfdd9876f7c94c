import type { PublicIdentity } from '../../../node/index.ts'
import { formatFields } from '../../format/index.ts'

export function describeIdentity(identity: PublicIdentity): string {
  return formatFields([
    ['Account key', identity.account],
    ['Node key', identity.node]
  ])
}
