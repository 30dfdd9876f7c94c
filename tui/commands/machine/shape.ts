import type { BidView } from '../../../node/client.ts'
import type { FlagValues } from '../../cli/index.ts'

export interface Shape {
  bid?: Partial<BidView>
  speed?: number
  memoryMb?: number
  storageMb?: number
}

/** What `create` and `edit` were told about the machine; what was not said is left out. */
export function readShape(flags: FlagValues): Shape {
  const bid = readBid(flags)
  const speed = flags.whole('speed')
  const memoryMb = flags.whole('memory')
  const storageMb = flags.whole('storage')
  return {
    ...(bid === undefined ? {} : { bid }),
    ...(speed === undefined ? {} : { speed }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(storageMb === undefined ? {} : { storageMb })
  }
}

export function readBid(flags: FlagValues): Partial<BidView> | undefined {
  const storage = flags.dollars('bid-storage')
  const running = flags.dollars('bid-running')
  if (storage === undefined && running === undefined) return undefined
  return {
    ...(storage === undefined ? {} : { storagePer30Days: storage }),
    ...(running === undefined ? {} : { runningPerHour: running })
  }
}
