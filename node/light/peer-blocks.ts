import type { CertifiedBlock } from '../../ledger/index.ts'
import { LedgerAccessError } from '../ledger-access/index.ts'
import type { HeadKeeper } from './head-keeper.ts'
import type { LightPeers } from './peers.ts'

/**
 * Blocks as one peer after the other says they are; whoever wants them replays them, which checks all of it. A peer that
 * breaks off is followed by the next one.
 */
export async function* blocksFromPeers(
  keeper: Pick<HeadKeeper, 'candidates' | 'note'>,
  peers: Pick<LightPeers, 'follow'>,
  from: number,
  to: number
): AsyncGenerator<CertifiedBlock, void, void> {
  let next = from
  if (next > to) return
  let why = 'nobody who serves the ledger is known'
  for (const key of await keeper.candidates()) {
    const ended = new AbortController()
    try {
      for await (const certified of peers.follow(key, next, ended.signal)) {
        const { height } = certified.block.header
        if (height !== next) throw new Error(`block ${height} came where ${next} was next`)
        yield certified
        if (height === to) return
        next += 1
      }
      why = `it ended before block ${next}`
    } catch (error) {
      why = error instanceof Error ? error.message : String(error)
    } finally {
      ended.abort()
    }
    keeper.note(key, 'silent', why)
  }
  throw new LedgerAccessError('LEDGER_UNREACHABLE', `nobody gives block ${next}: ${why}`)
}
